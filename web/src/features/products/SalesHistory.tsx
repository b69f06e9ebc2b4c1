'use client';

import { useMemo } from 'react';
import type { ProductSales } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { changeUrl } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData } from '@/ui/chart/types';
import { Segmented } from '@/ui/Segmented';
import { EmptyState } from '@/ui/states';

export const SALES_RANGES = [30, 90, 365];

export function SalesHistory({
  sales,
  days,
  today,
}: {
  sales: ProductSales;
  days: number;
  today: string;
}) {
  const { t, format } = useWords();
  const { points } = sales;
  const data = useMemo<ChartData>(
    () => ({
      days: points.map((point) => point.day),
      dayTick: (day) => fmt.day(format, day, points.length > 180 ? 'month' : 'tick'),
      open: { day: today, name: t('chart.soFar') },
      series: [
        {
          name: t('col.units'),
          kind: 'bar',
          tone: 1,
          values: points.map((point) => point.units),
          read: (value) => fmt.count(format, value),
          tick: (value) => fmt.compact(format, value),
        },
      ],
      shade: { name: t('chart.noSale'), on: points.map((point) => point.in_stock === 0) },
    }),
    [points, format, t, today],
  );
  return (
    <Card
      title={t('product.sales')}
      actions={
        <Segmented
          label={t('product.range')}
          value={days}
          options={SALES_RANGES.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
          onChange={(n) => changeUrl({ days: n === 90 ? null : String(n) })}
        />
      }
    >
      {points.some((point) => point.units > 0) ? (
        <Chart title={t('product.sales')} data={data} height="h-52" />
      ) : (
        <EmptyState title={t('product.sales.none')} />
      )}
    </Card>
  );
}
