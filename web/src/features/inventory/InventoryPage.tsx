'use client';

import type { StockValue } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { StockTabs } from './StockTabs';
import { useStockValues } from './useStockValues';

function Levels({ rows, stale }: { rows: readonly StockValue[]; stale: boolean }) {
  const { t, format } = useWords();
  const money = (minor: number | null, currency: string) =>
    minor === null ? '–' : fmt.money(format, minor, currency);
  const columns: Column<StockValue>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => (
        <span className="grid">
          <AppLink
            href={`/inventory/ledger/?id=${encodeURIComponent(row.product_id)}`}
            aria-label={t('stock.ledgerOf', { name: row.name })}
            className="font-medium"
          >
            <bdi>{row.name}</bdi>
          </AppLink>
          <bdi className="text-ink-2 text-xs">{row.sku}</bdi>
        </span>
      ),
    },
    {
      key: 'hand',
      head: t('stock.onHand'),
      figure: true,
      cell: (row) => fmt.count(format, row.on_hand),
    },
    {
      key: 'cost',
      head: t('col.cost'),
      figure: true,
      from: 'sm',
      cell: (row) => money(row.unit_cost_minor, row.currency),
    },
    {
      key: 'value',
      head: t('stock.value'),
      figure: true,
      cell: (row) => money(row.value_minor, row.currency),
    },
  ];
  return (
    <Table
      label={t('stock.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.product_id}
      stale={stale}
    />
  );
}

export function InventoryPage() {
  const { t } = useWords();
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useStockValues(cursor);
  return (
    <>
      <StockTabs here="/inventory/" />
      <PageTitle title={t('stock.title')} text={t('stock.text')} />
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && <EmptyState title={t('stock.none')} />}
        {!error && data && data.items.length > 0 && (
          <>
            <Levels rows={data.items} stale={isPlaceholderData} />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
