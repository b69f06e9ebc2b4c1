'use client';

import type { Experiment, ExperimentResults } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Banner } from '@/ui/Banner';
import { Notes } from '@/ui/Notes';
import { Segmented } from '@/ui/Segmented';
import { Tiles } from '@/ui/Tiles';
import { daysBetween } from './figures';
import { MetricCard } from './MetricCard';
import { METHODS } from './plan';

type State = ExperimentResults['verdict']['state'];

const TONES: Record<State, 'accent' | 'good' | 'warn' | 'bad'> = {
  no_data: 'accent',
  undecided: 'accent',
  better: 'good',
  worse: 'bad',
  harmed: 'bad',
  broken: 'warn',
};

function Figures({ experiment, results }: { experiment: Experiment; results: ExperimentResults }) {
  const { t, format } = useWords();
  const { arms, sample_ratio: ratio } = results;
  const planned = experiment.planned_units;
  const end = experiment.stopped_at ?? results.as_of;
  const days = daysBetween(results.started_at ?? end, end);
  return (
    <Tiles
      label={t('exp.sofar')}
      tiles={[
        {
          name: t('exp.units'),
          value: fmt.count(format, results.units),
          note:
            planned === null
              ? t('exp.units.open')
              : t('exp.units.planned', { n: fmt.count(format, planned) }),
        },
        {
          name: t('exp.split'),
          value: arms.map((arm) => fmt.count(format, arm.units)).join(' / '),
          note: t(
            !ratio.checked
              ? 'exp.split.moves'
              : ratio.mismatch
                ? 'exp.split.bad'
                : 'exp.split.good',
          ),
        },
        {
          name: t('exp.running'),
          value: days < 1 ? t('exp.lessThanDay') : t('dashboard.days', { n: days }),
        },
        {
          name: t('exp.level'),
          value: fmt.percent(format, 1 - results.alpha, 1),
          note: t(`exp.method.${results.method}`),
        },
      ]}
    />
  );
}

/** What is known so far: the verdict, then each metric in the way of reading that is chosen. */
export function ResultsView(props: { experiment: Experiment; results: ExperimentResults }) {
  const { experiment, results } = props;
  const { t } = useWords();
  const reading = oneOf(useParam('read'), [results.method, ...METHODS]);
  const { verdict } = results;
  const nameOf = (key: string) =>
    experiment.variants.find((variant) => variant.key === key)?.name || key;
  return (
    <>
      <Banner tone={TONES[verdict.state]}>
        <p className="font-semibold">{t(`exp.verdict.${verdict.state}`)}</p>
        <p dir="auto">{verdict.text}</p>
      </Banner>
      <Figures {...props} />
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label={t('exp.reading')}
          value={reading}
          options={METHODS.map((value) => ({ value, label: t(`exp.method.${value}`) }))}
          onChange={(value) => changeUrl({ read: value === results.method ? null : value })}
        />
        <p className="max-w-prose text-ink-2 text-sm">{t(`exp.method.${reading}.text`)}</p>
      </div>
      {results.metrics.map((metric) => (
        <MetricCard
          key={metric.name}
          metric={metric}
          results={results}
          reading={reading}
          nameOf={nameOf}
        />
      ))}
      <Notes title={t('exp.notes')} notes={results.notes} />
    </>
  );
}
