'use client';

import { useMemo } from 'react';
import type { Summary } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData } from '@/ui/chart/types';
import { EmptyState } from '@/ui/states';

export function SalesChart({ summary }: { summary: Summary }) {
  const { t, format } = useWords();
  const { series } = summary;
  const { currency, time_zone: timeZone } = summary.shop;
  const today = fmt.today(timeZone);
  const data = useMemo<ChartData>(
    () => ({
      days: series.map((point) => point.day),
      dayTick: (day) => fmt.day(format, day, series.length > 180 ? 'month' : 'tick'),
      open: { day: today, name: t('chart.soFar') },
      series: [
        {
          name: t('col.revenue'),
          kind: 'bar',
          tone: 1,
          values: series.map((point) => point.revenue_minor),
          read: (value) => fmt.money(format, value, currency),
          tick: (value) => fmt.money(format, value, currency, 'compact'),
        },
        {
          name: t('col.orders'),
          kind: 'line',
          tone: 2,
          second: true,
          values: series.map((point) => point.orders),
          read: (value) => fmt.count(format, value),
          tick: (value) => fmt.compact(format, value),
        },
      ],
    }),
    [series, currency, format, t, today],
  );
  return (
    <Card title={t('dashboard.sales')} text={t('dashboard.byDay')}>
      {series.length === 0 ? (
        <EmptyState title={t('dashboard.top.none')} />
      ) : (
        <Chart title={t('dashboard.sales')} data={data} />
      )}
    </Card>
  );
}
