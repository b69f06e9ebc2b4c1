'use client';

import type { OrderSummary } from '@/api/types';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import type { Sorting } from '@/shell/sorting';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { type Column, Table } from '@/ui/Table';
import { PAYMENT_TONES, STATUS_TONES } from './changes';
import { useChannelName } from './useChannelName';

interface Props extends Sorting {
  orders: readonly OrderSummary[];
  stale: boolean;
}

export function OrdersTable({ orders, stale, ...sorting }: Props) {
  const { t, format } = useWords();
  const channelOf = useChannelName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<OrderSummary>[] = [
    {
      key: 'number',
      head: t('order.number'),
      names: true,
      cell: (row) => (
        <span className="grid">
          <AppLink href={`/order/?id=${encodeURIComponent(row.id)}`} className="font-medium">
            <bdi>{row.number}</bdi>
          </AppLink>
          <span className="text-ink-2 text-xs @min-[34rem]:hidden">
            {fmt.moment(format, row.placed_at, timeZone)}
          </span>
        </span>
      ),
    },
    {
      key: 'placed',
      head: t('order.placed'),
      from: 'md',
      sort: 'placed_at',
      cell: (row) => fmt.moment(format, row.placed_at, timeZone),
    },
    {
      key: 'status',
      head: t('col.status'),
      cell: (row) => (
        <Badge tone={STATUS_TONES[row.status]}>{t(`order.status.${row.status}`)}</Badge>
      ),
    },
    {
      key: 'payment',
      head: t('order.payment'),
      from: 'md',
      cell: (row) => (
        <Badge tone={PAYMENT_TONES[row.payment_state]}>
          {t(`order.payment.${row.payment_state}`)}
        </Badge>
      ),
    },
    {
      key: 'channel',
      head: t('order.channel'),
      from: 'lg',
      cell: (row) => <bdi>{channelOf(row.channel)}</bdi>,
    },
    {
      key: 'units',
      head: t('col.units'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.units),
    },
    {
      key: 'total',
      head: t('po.total'),
      figure: true,
      cell: (row) => fmt.money(format, row.total_minor, row.currency),
    },
  ];
  return (
    <Table
      label={t('nav.orders')}
      columns={columns}
      rows={orders}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}
