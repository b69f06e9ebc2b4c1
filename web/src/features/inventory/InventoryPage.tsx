'use client';

import type { StockValue } from '@/api/types';
import { PageInsight } from '@/features/analyst/InsightCard';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Pager } from '@/shell/Pager';
import { type Sorting, useSort } from '@/shell/sorting';
import { useTyped } from '@/shell/useTyped';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { SearchField, SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { StockTabs } from './StockTabs';
import { SORTS, stockValuesFile, useStockValues } from './useStockValues';

interface LevelsProps extends Sorting {
  rows: readonly StockValue[];
  stale: boolean;
}

function Levels({ rows, stale, ...sorting }: LevelsProps) {
  const { t, format } = useWords();
  const money = (minor: number | null, currency: string) =>
    minor === null ? '–' : fmt.money(format, minor, currency);
  const columns: Column<StockValue>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      sort: 'name',
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
      sort: 'on_hand',
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
      sort: 'value',
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
      {...sorting}
    />
  );
}

export function InventoryPage() {
  const { t } = useWords();
  const search = useParam('q') ?? '';
  const [typed, setTyped] = useTyped(search);
  const { sort, onSort } = useSort(SORTS);
  const filters = { search, sort };
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useStockValues(filters, cursor);
  return (
    <>
      <StockTabs here="/inventory/" />
      <PageTitle
        title={t('stock.title')}
        text={t('stock.text')}
        actions={<ExportButton name="inventory" file={() => stockValuesFile(filters)} />}
      />
      <PageInsight subject="stock" />
      <div className="mb-4 grid max-w-xl grid-cols-2 items-end gap-3">
        <SearchField
          label={t('products.search')}
          placeholder={t('products.search.hint')}
          value={typed}
          dir="auto"
          onChange={(event) => setTyped(event.target.value)}
        />
        <SelectField
          label={t('products.sort')}
          value={sort}
          options={SORTS.map((value) => ({ value, label: t(`stock.sort.${value}`) }))}
          onChange={onSort}
        />
      </div>
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState title={t(search ? 'products.none' : 'stock.none')} />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <Levels rows={data.items} stale={isPlaceholderData} sort={sort} onSort={onSort} />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
