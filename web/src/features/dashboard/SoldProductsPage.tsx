'use client';

import type { ProductFigures } from '@/api/types';
import { LocationFilter } from '@/features/inventory/LocationFilter';
import { useChannelName } from '@/features/orders/useChannelName';
import { ProductName } from '@/features/products/ProductName';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { useSort } from '@/shell/sorting';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Delta } from '@/ui/Delta';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { DashboardTabs } from './DashboardTabs';
import { SORTS, soldFile, useFirstDay, useSoldProducts } from './useSoldProducts';

const RANGES = [7, 30, 90, 365];
const USUAL = 30;
const CHANNELS = ['store', 'web'] as const;

interface RowsProps {
  rows: readonly ProductFigures[];
  currency: string;
  stale: boolean;
  sort: string;
  onSort: (next: string) => void;
}

function SoldTable({ rows, currency, stale, sort, onSort }: RowsProps) {
  const { t, format } = useWords();
  const money = (minor: number) => fmt.money(format, minor, currency);
  const share = (value: number | null) => (value === null ? '–' : fmt.share(format, value));
  const columns: Column<ProductFigures>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.product_id} name={row.name} sku={row.sku ?? ''} />,
    },
    {
      key: 'revenue',
      head: t('col.revenue'),
      figure: true,
      sort: 'revenue',
      cell: (row) => money(row.revenue_minor),
    },
    {
      key: 'change',
      head: t('col.change'),
      figure: true,
      from: 'sm',
      sort: 'change',
      cell: (row) => (row.change === null ? '–' : <Delta change={row.change} />),
    },
    {
      key: 'share',
      head: t('sold.share'),
      figure: true,
      from: 'lg',
      cell: (row) => share(row.share),
    },
    {
      key: 'units',
      head: t('col.units'),
      figure: true,
      from: 'md',
      sort: 'units',
      cell: (row) => fmt.count(format, row.units),
    },
    {
      key: 'returns',
      head: t('sold.returns'),
      figure: true,
      from: 'lg',
      sort: 'returns',
      cell: (row) => (row.returns_minor ? money(row.returns_minor) : '–'),
    },
    {
      key: 'margin',
      head: t('sold.margin'),
      figure: true,
      from: 'md',
      sort: 'margin',
      cell: (row) =>
        row.margin_minor === null ? (
          '–'
        ) : (
          <span className="grid">
            <span>{money(row.margin_minor)}</span>
            <span className="text-ink-2 text-xs">{share(row.gross_margin)}</span>
          </span>
        ),
    },
    {
      key: 'hand',
      head: t('col.onHand'),
      figure: true,
      from: 'lg',
      cell: (row) => (row.on_hand === null ? '–' : fmt.count(format, row.on_hand)),
    },
    {
      key: 'cover',
      head: t('col.cover'),
      figure: true,
      from: 'lg',
      cell: (row) => (row.days_of_cover === null ? '–' : fmt.count(format, row.days_of_cover)),
    },
  ];
  return (
    <Table
      label={t('sold.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.product_id}
      stale={stale}
      sort={sort}
      onSort={onSort}
    />
  );
}

export function SoldProductsPage() {
  const { t, format } = useWords();
  const { sort, onSort } = useSort(SORTS);
  const filters = {
    days: oneOfNumbers(useParam('days'), RANGES, USUAL),
    location: useParam('location') ?? '',
    channel: useParam('channel') ?? '',
    sort,
  };
  const cursor = useParam('cursor');
  const from = useFirstDay(filters.days);
  const query = useSoldProducts(filters, from, cursor);
  const channels = new Set<string>([...CHANNELS, ...(filters.channel ? [filters.channel] : [])]);
  const nameOf = useChannelName();
  const heads = {
    revenue: t('col.revenue'),
    change: t('col.change'),
    units: t('col.units'),
    returns: t('sold.returns'),
    margin: t('sold.margin'),
  };
  const orderName = (order: (typeof SORTS)[number]) =>
    order.startsWith('-')
      ? `${heads[order.slice(1) as keyof typeof heads]} ↓`
      : `${heads[order as keyof typeof heads]} ↑`;
  const range = query.data?.range;
  return (
    <>
      <DashboardTabs here="/dashboard/products/" />
      <PageTitle
        title={t('sold.title')}
        text={
          range
            ? t('dashboard.period', {
                from: fmt.day(format, range.from),
                to: fmt.day(format, range.to),
              })
            : ' '
        }
        actions={
          <Segmented
            label={t('dashboard.range')}
            value={filters.days}
            options={RANGES.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
            onChange={(n) => changeUrl({ days: n === USUAL ? null : String(n), cursor: null })}
          />
        }
      />
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div className="grid flex-1 grid-cols-2 gap-3 sm:max-w-2xl sm:grid-cols-3">
          <LocationFilter value={filters.location} />
          <SelectField
            label={t('sold.channel')}
            value={filters.channel}
            options={[
              { value: '', label: t('list.all') },
              ...[...channels].map((value) => ({ value, label: nameOf(value) })),
            ]}
            onChange={(channel) => changeUrl({ channel, cursor: null })}
          />
          <SelectField
            label={t('products.sort')}
            value={sort}
            options={SORTS.map((value) => ({ value, label: orderName(value) }))}
            onChange={onSort}
          />
        </div>
        <ExportButton name="products-by-revenue" file={() => soldFile(filters, from)} />
      </div>
      <Listing
        query={query}
        cursor={cursor}
        none={<EmptyState title={t('sold.none')} text={t('sold.none.text')} />}
      >
        {(rows, stale) => (
          <SoldTable
            rows={rows}
            currency={query.data?.currency ?? 'EUR'}
            stale={stale}
            sort={sort}
            onSort={onSort}
          />
        )}
      </Listing>
    </>
  );
}
