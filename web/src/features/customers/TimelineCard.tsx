'use client';

import { useMemo } from 'react';
import { OrdersTable } from '@/features/orders/OrdersTable';
import { useOrders } from '@/features/orders/useOrders';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData } from '@/ui/chart/types';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { byMonth } from './months';
import { useTimeline } from './useTimeline';

/** Two months at least make a line of time. */
const LEAST = 2;

function Months({ id }: { id: string }) {
  const { t, format } = useWords();
  const shop = useStatus().data?.shop;
  const { data } = useTimeline(id);
  const chart = useMemo<ChartData | null>(() => {
    if (!data || !shop) return null;
    const months = byMonth(data.items, shop.time_zone);
    if (months.length < LEAST) return null;
    const money = (value: number) => fmt.money(format, value, shop.currency);
    return {
      days: months.map((month) => month.day),
      dayTick: (day) => fmt.day(format, day, 'month'),
      point: { head: t('timeline.month'), name: (day) => fmt.day(format, day, 'month') },
      series: [
        {
          name: t('timeline.spent'),
          kind: 'bar',
          tone: 1,
          values: months.map((month) => month.spent),
          read: money,
          tick: (value) => fmt.money(format, value, shop.currency, 'compact'),
        },
        {
          name: t('col.orders'),
          kind: 'line',
          tone: 2,
          second: true,
          values: months.map((month) => month.orders),
          read: (value) => fmt.count(format, value),
          tick: (value) => fmt.compact(format, value),
        },
      ],
    };
  }, [data, shop, format, t]);
  if (!data) return <Loading className="mx-4 h-52" />;
  if (!chart) return null;
  return (
    <div className="px-4 pb-2 sm:px-5">
      <Chart
        title={t('timeline.title')}
        data={chart}
        height="h-40"
        {...(data.next_cursor && { footnote: t('timeline.newest', { n: data.items.length }) })}
      />
    </div>
  );
}

/** What was ordered when: by month, then one by one. */
export function TimelineCard({ id }: { id: string }) {
  const { t } = useWords();
  const cursor = useParam('cursor');
  const filters = { status: '', number: '', from: '', to: '', customer: id } as const;
  const { data, error, refetch, isPlaceholderData } = useOrders(filters, cursor, 10);
  return (
    <Card title={t('customer.orders')} flush>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-60" />}
      {!error && data?.items.length === 0 && <EmptyState title={t('customer.orders.none')} />}
      {!error && data && data.items.length > 0 && (
        <>
          <Months id={id} />
          <OrdersTable orders={data.items} stale={isPlaceholderData} />
          <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
        </>
      )}
    </Card>
  );
}
