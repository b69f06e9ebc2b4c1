'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import type { PurchaseOrder } from '@/api/types';
import { useLocationName } from '@/features/inventory/useLocations';
import { ProductName } from '@/features/products/ProductName';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { DocumentCard } from './DocumentCard';
import { PurchaseSteps } from './PurchaseSteps';
import { ReceiveForm } from './ReceiveForm';
import { nextSteps, stateOf, TONES } from './steps';
import { usePurchaseOrder } from './usePurchaseOrder';

type Line = PurchaseOrder['lines'][number];

function Lines({ order }: { order: PurchaseOrder }) {
  const { t, format } = useWords();
  const money = (minor: number | null | undefined) =>
    minor == null ? '–' : fmt.money(format, minor, order.currency);
  const columns: Column<Line>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.product_id} name={row.name} sku={row.sku} />,
    },
    {
      key: 'ordered',
      head: t('po.ordered'),
      figure: true,
      cell: (row) => fmt.count(format, row.quantity),
    },
    {
      key: 'received',
      head: t('po.received'),
      figure: true,
      cell: (row) => (
        <Badge tone={(row.received ?? 0) >= row.quantity ? 'good' : 'neutral'}>
          {fmt.count(format, row.received ?? 0)}
        </Badge>
      ),
    },
    {
      key: 'unit',
      head: t('replenish.price'),
      figure: true,
      from: 'md',
      cell: (row) => money(row.unit_cost_minor),
    },
    {
      key: 'cost',
      head: t('replenish.cost'),
      figure: true,
      from: 'sm',
      cell: (row) => money(row.cost_minor),
    },
  ];
  return (
    <Card title={t('po.lines')} flush>
      <Table
        label={t('po.lines')}
        columns={columns}
        rows={order.lines}
        rowKey={(row) => row.product_id}
      />
    </Card>
  );
}

function Facts({ order, timeZone }: { order: PurchaseOrder; timeZone: string }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const moments = [
    ['po.created', order.created_at],
    ['po.approved', order.approved_at],
    ['po.sent', order.sent_at],
    ['po.received', order.received_at],
    ['po.ended', order.ended_at],
  ] as const;
  return (
    <Card title={t('po.facts')}>
      <FactList
        facts={[
          { name: t('col.location'), value: <bdi>{nameOf(order.location_id)}</bdi> },
          ...(order.expected_on
            ? [{ name: t('po.expected'), value: fmt.day(format, order.expected_on) }]
            : []),
          ...moments.flatMap(([key, at]) =>
            at ? [{ name: t(key), value: fmt.moment(format, at, timeZone) }] : [],
          ),
          {
            name: t('po.delivery'),
            value: fmt.money(format, order.delivery_minor ?? 0, order.currency),
          },
          { name: t('po.total'), value: fmt.money(format, order.total_minor ?? 0, order.currency) },
        ]}
      />
      {order.note && (
        <p dir="auto" className="mt-3 text-ink-2 text-sm">
          {order.note}
        </p>
      )}
    </Card>
  );
}

function Details({ order }: { order: PurchaseOrder }) {
  const { t } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const [receiving, setReceiving] = useState(false);
  const shown = receiving && nextSteps(order).includes('receive');
  return (
    <>
      <AppLink href="/purchase-orders/" className="mb-2 inline-block text-sm">
        {t('po.title')}
      </AppLink>
      <PageTitle
        title={order.supplier}
        text={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <bdi>{order.id}</bdi>
            <Badge tone={TONES[stateOf(order)]}>{t(`po.state.${stateOf(order)}`)}</Badge>
          </span>
        }
        actions={!shown && <PurchaseSteps order={order} onReceive={() => setReceiving(true)} />}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          {shown && <ReceiveForm order={order} onDone={() => setReceiving(false)} />}
          <Lines order={order} />
          <DocumentCard id={order.id} version={order.version ?? 1} />
        </div>
        <Facts order={order} timeZone={timeZone} />
      </div>
    </>
  );
}

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('po.title')} hidden />
      <EmptyState
        title={t(missing ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/purchase-orders/">{t('po.title')}</AppLink>}
      />
    </>
  );
}

function ById({ id }: { id: string }) {
  const { data, error, refetch } = usePurchaseOrder(id);
  const queries = useQueryClient();
  const reread = useReread(() =>
    queries.invalidateQueries({ queryKey: ['purchase-orders', 'one', id] }),
  );
  useLiveChannel('purchasing', (message) => {
    if (message.data.id === id) reread();
  });
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  return <Details order={data} />;
}

export function PurchaseOrderPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
