'use client';

import { useState } from 'react';
import { ApiError } from '@/api/problem';
import type { Order } from '@/api/types';
import { useLocationName } from '@/features/inventory/useLocations';
import { ProductName } from '@/features/products/ProductName';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Dialog } from '@/ui/Dialog';
import { FactList } from '@/ui/FactList';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { ChangeForm } from './ChangeForm';
import { type Change, PAYMENT_TONES, possible, STATUS_TONES } from './changes';
import { useChannelName } from './useChannelName';
import { useOrder } from './useOrder';

type Line = Order['lines'][number];

function Lines({ order }: { order: Order }) {
  const { t, format } = useWords();
  const parts = (row: Line) =>
    (['fulfilled', 'returned', 'cancelled'] as const)
      .filter((part) => row[part] > 0)
      .map((part) => t(`order.line.${part}`, { n: row[part] }))
      .join(', ');
  const columns: Column<Line>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.product_id} name={row.name} sku={row.sku} />,
    },
    {
      key: 'units',
      head: t('col.units'),
      figure: true,
      cell: (row) => (
        <span className="grid">
          {fmt.count(format, row.quantity)}
          <span className="text-ink-2 text-xs">{parts(row)}</span>
        </span>
      ),
    },
    {
      key: 'price',
      head: t('col.price'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.money(format, row.unit_price_minor, order.currency),
    },
    {
      key: 'total',
      head: t('po.total'),
      figure: true,
      cell: (row) => fmt.money(format, row.total_minor, order.currency),
    },
  ];
  return (
    <Card title={t('po.lines')} flush>
      <Table
        label={t('po.lines')}
        columns={columns}
        rows={order.lines}
        rowKey={(row) => String(row.line)}
      />
    </Card>
  );
}

function Facts({ order }: { order: Order }) {
  const { t, format } = useWords();
  const channelOf = useChannelName();
  const nameOf = useLocationName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const money = (minor: number) => fmt.money(format, minor, order.currency);
  return (
    <Card title={t('po.facts')}>
      <FactList
        facts={[
          { name: t('order.placed'), value: fmt.moment(format, order.placed_at, timeZone) },
          {
            name: t('order.customer'),
            value: order.customer_id ? (
              <AppLink href={`/customer/?id=${encodeURIComponent(order.customer_id)}`}>
                <bdi>{order.customer_id}</bdi>
              </AppLink>
            ) : (
              t('order.anonymous')
            ),
          },
          { name: t('col.location'), value: <bdi>{nameOf(order.location_id)}</bdi> },
          { name: t('order.channel'), value: <bdi>{channelOf(order.channel)}</bdi> },
          { name: t('order.subtotal'), value: money(order.subtotal_minor) },
          { name: t('order.discount'), value: money(order.discount_minor) },
          { name: t('order.shipping'), value: money(order.shipping_minor) },
          { name: t('order.tax'), value: money(order.tax_minor) },
          { name: t('po.total'), value: money(order.total_minor) },
          { name: t('order.paid'), value: money(order.paid_minor) },
          { name: t('order.refunded'), value: money(order.refunded_minor) },
        ]}
      />
    </Card>
  );
}

function Details({ order }: { order: Order }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<Change | null>(null);
  return (
    <>
      <AppLink href="/orders/" className="mb-2 inline-block text-sm">
        {t('nav.orders')}
      </AppLink>
      <PageTitle
        title={t('order.one', { number: order.number })}
        text={
          <span className="flex flex-wrap items-center gap-2">
            <Badge tone={STATUS_TONES[order.status]}>{t(`order.status.${order.status}`)}</Badge>
            <Badge tone={PAYMENT_TONES[order.payment_state]}>
              {t(`order.payment.${order.payment_state}`)}
            </Badge>
          </span>
        }
        actions={
          <div className="flex flex-wrap gap-2">
            {possible(order).map((change, i) => (
              <Button
                key={change}
                kind={i === 0 && (change === 'fulfil' || change === 'pay') ? 'primary' : 'plain'}
                onClick={() => setAsked(change)}
              >
                {t(`order.do.${change}`)}
              </Button>
            ))}
          </div>
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Lines order={order} />
        <Facts order={order} />
      </div>
      <Dialog
        title={asked ? t(`order.do.${asked}`) : t('po.next')}
        open={asked !== null}
        onClose={() => setAsked(null)}
      >
        {asked && <ChangeForm order={order} change={asked} onDone={() => setAsked(null)} />}
      </Dialog>
    </>
  );
}

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('nav.orders')} hidden />
      <EmptyState
        title={t(missing ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/orders/">{t('nav.orders')}</AppLink>}
      />
    </>
  );
}

function ById({ id }: { id: string }) {
  const { data, error, refetch } = useOrder(id);
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  return <Details order={data} />;
}

export function OrderPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
