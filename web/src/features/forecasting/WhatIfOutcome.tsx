'use client';

import { useMemo } from 'react';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { Delta } from '@/ui/Delta';
import { Notes } from '@/ui/Notes';
import { EmptyState } from '@/ui/states';
import { Tiles } from '@/ui/Tiles';
import { useForecast } from './useForecast';
import type { Outcome, WhatIf } from './useWhatIf';

function Comparison({ answer, scenario }: { answer: WhatIf; scenario: Outcome }) {
  const { t, format } = useWords();
  const { baseline, currency } = answer;
  const units = (value: number) => fmt.count(format, value, value < 100 ? 1 : 0);
  const money = (value: number) => fmt.money(format, value, currency);
  const tile = (
    name: string,
    before: number | null,
    after: number | null,
    read: (value: number) => string,
  ) => ({
    name,
    value: (
      <span className="flex flex-wrap items-baseline gap-2">
        {after === null ? '–' : read(after)}
        {before !== null && after !== null && before > 0 && <Delta change={after / before - 1} />}
      </span>
    ),
    note: before === null ? t('whatIf.noCost') : t('whatIf.instead', { before: read(before) }),
  });
  const range =
    answer.units_low !== null && answer.units_high !== null
      ? t('whatIf.range', { low: units(answer.units_low), high: units(answer.units_high) })
      : '–';
  return (
    <Tiles
      label={t('whatIf.outcome')}
      tiles={[
        tile(t('col.units'), baseline.units, scenario.units, units),
        tile(t('col.revenue'), baseline.revenue_minor, scenario.revenue_minor, money),
        tile(t('whatIf.margin'), baseline.margin_minor, scenario.margin_minor, money),
        { name: t('whatIf.rangeOf'), value: range, note: t('whatIf.range.note') },
      ]}
    />
  );
}

/** The stored forecast and the scenario, day by day. */
function Days({ answer }: { answer: WhatIf }) {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const forecast = useForecast(answer.product_id, answer.days).data;
  const today = fmt.today(timeZone);
  const data = useMemo(() => {
    const first = forecast?.points[0]?.day ?? today;
    const days = answer.points.map((_, i) => fmt.addDays(first, i));
    const usual = new Map(forecast?.points.map((point) => [point.day, point.mean]));
    const shared = {
      kind: 'line' as const,
      ahead: true,
      read: (value: number) => fmt.count(format, value, value < 100 ? 1 : 0),
      tick: (value: number) => fmt.compact(format, value),
    };
    return {
      days,
      dayTick: (day: string) => fmt.day(format, day, 'tick'),
      series: [
        {
          ...shared,
          name: t('whatIf.asIs'),
          tone: 1 as const,
          values: days.map((day) => usual.get(day) ?? null),
        },
        { ...shared, name: t('whatIf.then'), tone: 2 as const, values: answer.points },
      ],
    };
  }, [answer, forecast, today, t, format]);
  return (
    <Card title={t('whatIf.days')}>
      <Chart title={t('whatIf.days')} data={data} />
    </Card>
  );
}

/** What the answer rests on, in sight of it. */
function Basis({ answer }: { answer: WhatIf }) {
  const { t, said } = useWords();
  const effects = [
    { name: t('whatIf.effect.price'), effect: answer.effects.price },
    { name: t('whatIf.effect.promotion'), effect: answer.effects.promotion },
  ];
  return (
    <Card title={t('whatIf.basis')}>
      <ul className="grid gap-2 text-sm">
        {effects.map(({ name, effect }) => (
          <li key={name}>
            <span className="font-medium">{name}</span>
            <bdi className="block text-ink-2">{said(`effect.${effect.basis}`, effect.text)}</bdi>
            {effect.basis !== 'none' && (
              <span className="block text-ink-2">
                {t('whatIf.changes', { n: effect.changes, all: effect.changes_in_all })}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function WhatIfOutcome({ answer, stale }: { answer: WhatIf; stale: boolean }) {
  const { t } = useWords();
  return (
    <div className={`grid gap-4 ${stale ? 'opacity-60' : ''}`}>
      {answer.scenario ? (
        <>
          <Comparison answer={answer} scenario={answer.scenario} />
          <Days answer={answer} />
        </>
      ) : (
        <Card title={t('whatIf.outcome')}>
          <EmptyState title={t('whatIf.unknown')} text={t('whatIf.unknown.text')} />
        </Card>
      )}
      <Notes title={t('proposal.assumptions')} notes={answer.notes} />
      <Basis answer={answer} />
    </div>
  );
}
