'use client';

import type { ExperimentMetric, ExperimentResults } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge, type Tone } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { IntervalBar } from '@/ui/chart/IntervalBar';
import { type Column, Table } from '@/ui/Table';
import { effectText, intervalOf, isGood, type Reading, scaleOf, valueText } from './figures';

type Arm = ExperimentMetric['arms'][number];

const GUARD: Record<'safe' | 'unclear' | 'harmed', Tone> = {
  safe: 'good',
  unclear: 'neutral',
  harmed: 'bad',
};

interface Props {
  metric: ExperimentMetric;
  results: ExperimentResults;
  reading: Reading;
  nameOf: (variant: string) => string;
}

/** Of an interleaving there are no values, only which ranking people preferred. */
function Votes({ metric }: { metric: ExperimentMetric }) {
  const { t, format } = useWords();
  const votes = metric.preference;
  if (!votes) return null;
  return (
    <p className="px-4 pb-3 text-sm sm:px-5">
      {t('exp.votes', {
        control: fmt.count(format, votes.control),
        variant: fmt.count(format, votes.variant),
        ties: fmt.count(format, votes.ties),
      })}
    </p>
  );
}

/** One metric in all variants: its value, the change against the control, and how sure that is. */
export function MetricCard({ metric, results, reading, nameOf }: Props) {
  const { t, said, format } = useWords();
  const { currency } = results;
  const label = said(`experiment.metric.${metric.name}`, metric.label);
  const comparison = (row: Arm) => metric.comparisons.find((one) => one.variant === row.variant);
  const scale = scaleOf(metric.comparisons.map((one) => intervalOf(one, reading)));
  const told = (effect: number, relative: boolean) =>
    effectText(format, metric.unit, effect, relative, currency);
  const whole = (effect: number, relative: boolean) => {
    const text = told(effect, relative);
    return !relative && metric.unit === 'share' ? t('rec.points', { n: text }) : text;
  };
  const control = metric.arms[0]?.variant;
  const columns: Column<Arm>[] = [
    {
      key: 'variant',
      head: t('exp.variant'),
      names: true,
      cell: (row) => <bdi className="font-medium">{nameOf(row.variant)}</bdi>,
    },
    {
      key: 'units',
      head: t('exp.units'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.units),
    },
    {
      key: 'value',
      head: t('exp.value'),
      figure: true,
      cell: (row) => valueText(format, metric.unit, row.value, currency),
    },
    {
      key: 'effect',
      head: t('exp.effect'),
      figure: true,
      cell: (row) => {
        const found = comparison(row);
        if (!found) return t(row.variant === control ? 'exp.control' : 'exp.few');
        const { low, high } = intervalOf(found, reading);
        return (
          <span className="grid">
            <span className="font-medium">{whole(found.effect, found.relative)}</span>
            <span className="text-ink-2 text-xs">
              {t('exp.interval', {
                low: told(low, found.relative),
                high: told(high, found.relative),
              })}
            </span>
          </span>
        );
      },
    },
    {
      key: 'bar',
      head: t('exp.bar'),
      from: 'md',
      cell: (row) => {
        const found = comparison(row);
        if (!found) return null;
        const { low, high } = intervalOf(found, reading);
        const clear = low > 0 || high < 0;
        const tone = !clear ? 'open' : isGood(metric, found.effect) ? 'good' : 'bad';
        return <IntervalBar low={low} high={high} value={found.effect} scale={scale} tone={tone} />;
      },
    },
    {
      key: 'sure',
      head: t('exp.sure'),
      figure: true,
      cell: (row) => {
        const found = comparison(row);
        if (!found) return '';
        if (found.guardrail) {
          return (
            <Badge tone={GUARD[found.guardrail]}>{t(`exp.guardrail.${found.guardrail}`)}</Badge>
          );
        }
        if (reading === 'bayesian') {
          return t('exp.chance', { chance: fmt.percent(format, found.bayesian.chance_better, 0) });
        }
        // Corrected for all comparisons where this is the way that decides.
        const { low, high } = intervalOf(found, reading);
        const clear = reading === results.method ? found.significant : low > 0 || high < 0;
        return clear ? (
          <Badge tone={isGood(metric, found.effect) ? 'good' : 'bad'}>{t('exp.clear')}</Badge>
        ) : (
          <Badge>{t('exp.open')}</Badge>
        );
      },
    },
  ];
  return (
    <Card
      title={label}
      text={`${t(`exp.role.${metric.role}`)} · \u2068${said(`experiment.definition.${metric.name}`, metric.definition)}\u2069`}
      flush
    >
      {metric.preference ? (
        <Votes metric={metric} />
      ) : (
        <Table label={label} columns={columns} rows={metric.arms} rowKey={(row) => row.variant} />
      )}
    </Card>
  );
}
