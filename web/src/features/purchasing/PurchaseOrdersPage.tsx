'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { PurchaseOrder } from '@/api/types';
import { PageInsight } from '@/features/analyst/InsightCard';
import { useLocationName } from '@/features/inventory/useLocations';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Pager } from '@/shell/Pager';
import { type Sorting, useSort } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { STATES, stateOf, TONES } from './steps';
import { purchaseOrdersFile, SORTS, usePurchaseOrders } from './usePurchaseOrders';

interface TableProps extends Sorting {
  orders: readonly PurchaseOrder[];
  stale: boolean;
}

function OrderTable({ orders, stale, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const columns: Column<PurchaseOrder>[] = [
    {
      key: 'order',
      head: t('replenish.supplier'),
      names: true,
      sort: 'supplier',
      cell: (row) => (
        <span className="grid">
          <AppLink
            href={`/purchase-order/?id=${encodeURIComponent(row.id)}`}
            className="font-medium"
          >
            <bdi>{row.supplier}</bdi>
          </AppLink>
          <bdi className="text-ink-2 text-xs">{nameOf(row.location_id)}</bdi>
        </span>
      ),
    },
    {
      key: 'state',
      head: t('po.state'),
      cell: (row) => <Badge tone={TONES[stateOf(row)]}>{t(`po.state.${stateOf(row)}`)}</Badge>,
    },
    {
      key: 'created',
      head: t('po.created'),
      figure: true,
      from: 'md',
      sort: 'created_at',
      cell: (row) => fmt.day(format, row.created_at.slice(0, 10)),
    },
    {
      key: 'expected',
      head: t('po.expected'),
      figure: true,
      from: 'lg',
      sort: 'expected_on',
      cell: (row) => (row.expected_on ? fmt.day(format, row.expected_on) : '–'),
    },
    {
      key: 'lines',
      head: t('po.lines'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.lines.length),
    },
    {
      key: 'total',
      head: t('po.total'),
      figure: true,
      cell: (row) => fmt.money(format, row.total_minor ?? 0, row.currency),
    },
  ];
  return (
    <Table
      label={t('po.title')}
      columns={columns}
      rows={orders}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function PurchaseOrdersPage() {
  const { t } = useWords();
  const state = oneOf(useParam('state'), ['', ...STATES]);
  const { sort, onSort } = useSort(SORTS);
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = usePurchaseOrders(state, sort, cursor);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['purchase-orders'] }));
  useLiveChannel('purchasing', reread);
  return (
    <>
      <PageTitle
        title={t('po.title')}
        actions={
          <ExportButton name="purchase-orders" file={() => purchaseOrdersFile(state, sort)} />
        }
      />
      <PageInsight subject="purchases" />
      <div className="mb-4 grid max-w-md grid-cols-2 gap-3">
        <SelectField
          label={t('po.state')}
          value={state}
          options={[
            { value: '', label: t('list.all') },
            ...STATES.map((value) => ({ value, label: t(`po.state.${value}`) })),
          ]}
          onChange={(value) => changeUrl({ state: value, cursor: null })}
        />
        <SelectField
          label={t('products.sort')}
          value={sort}
          options={SORTS.map((value) => ({ value, label: t(`po.sort.${value}`) }))}
          onChange={onSort}
        />
      </div>
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState
            title={t('po.none')}
            text={t(state ? 'list.none.text' : 'po.none.text')}
            action={<AppLink href="/replenishment/">{t('po.toReplenish')}</AppLink>}
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <OrderTable orders={data.items} stale={isPlaceholderData} sort={sort} onSort={onSort} />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
