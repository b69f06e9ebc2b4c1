'use client';

import { useMemo } from 'react';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Bar } from '@/ui/Bar';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { EmptyState } from '@/ui/states';
import type { LiveFigures } from './useStreaming';

/** Visitors and revenue of each minute; the last one is not over. */
export function MinutesCard({ figures }: { figures: LiveFigures }) {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const { series, currency } = figures;
  const data = useMemo(() => {
    const last = series.at(-1)?.at ?? '';
    const clock = (at: string) => fmt.clock(format, at, timeZone);
    const count = (value: number) => fmt.count(format, value);
    return {
      days: series.map((point) => point.at),
      dayTick: clock,
      point: { head: t('live.minute'), name: clock },
      open: { day: last, name: t('live.minute.soFar') },
      series: [
        {
          name: t('col.revenue'),
          kind: 'bar' as const,
          tone: 1 as const,
          values: series.map((point) => point.revenue_minor),
          read: (value: number) => fmt.money(format, value, currency),
          tick: (value: number) => fmt.money(format, value, currency, 'compact'),
        },
        {
          name: t('live.visitors'),
          kind: 'line' as const,
          tone: 2 as const,
          values: series.map((point) => point.visitors),
          read: count,
          tick: count,
          second: true,
        },
      ],
    };
  }, [series, currency, timeZone, t, format]);
  return (
    <Card title={t('live.byMinute')}>
      {series.some((point) => point.events > 0 || point.orders > 0) ? (
        <Chart title={t('live.byMinute')} data={data} />
      ) : (
        <EmptyState title={t('live.quiet')} text={t('live.none.text')} />
      )}
    </Card>
  );
}

/** How many of the visitors who looked came as far as buying. */
export function FunnelCard({ figures }: { figures: LiveFigures }) {
  const { t, format } = useWords();
  const most = Math.max(...figures.funnel.map((step) => step.visitors), 1);
  const nameOf = (step: string) => {
    const known = STEPS.find((each) => each === step);
    return known ? t(`live.step.${known}`) : step.replaceAll('_', ' ');
  };
  const empty = figures.funnel.every((step) => step.visitors === 0);
  return (
    <Card title={t('live.funnel')} text={t('live.funnel.text')}>
      {empty ? (
        <EmptyState title={t('live.funnel.none')} text={t('live.none.text')} />
      ) : (
        <ol className="grid gap-2 text-sm">
          {figures.funnel.map((step) => (
            <li
              key={step.step}
              className="grid grid-cols-[minmax(0,9rem)_1fr_auto] items-center gap-3"
            >
              <span className="text-ink-2">{nameOf(step.step)}</span>
              <Bar share={step.visitors / most} />
              <span className="figures text-end">
                {fmt.count(format, step.visitors)}
                {step.share !== null && (
                  <span className="text-ink-2"> · {fmt.percent(format, step.share, 0)}</span>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

const STEPS = ['product_view', 'add_to_cart', 'checkout', 'purchase'] as const;
