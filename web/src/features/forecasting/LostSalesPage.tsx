'use client';

import { ProductName } from '@/features/products/ProductName';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Bar } from '@/ui/Bar';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { ForecastTabs } from './ForecastTabs';
import { type LostSale, useLostSales } from './useLostSales';

const RANGES = [7, 30, 90, 365];

interface TableProps extends Sorting {
  rows: readonly LostSale[];
  stale: boolean;
}

function LostTable({ rows, stale, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const units = (value: number) => fmt.count(format, value, value < 10 ? 1 : 0);
  const columns: Column<LostSale>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <ProductName id={row.product_id} name={row.name} sku={row.sku} also={row.category} />
      ),
    },
    {
      key: 'short',
      head: t('lost.short'),
      from: 'md',
      sort: 'days_short',
      cell: (row) => (
        <span className="grid min-w-24 gap-1">
          <span className="figures">{t('lost.of', { n: row.days_short, days: row.days })}</span>
          <Bar share={row.days_short / row.days} />
        </span>
      ),
    },
    {
      key: 'units',
      head: t('col.units'),
      figure: true,
      sort: 'units',
      cell: (row) => (
        <span className="grid">
          {units(row.units)}
          <span className="text-ink-2 text-xs">
            {t('whatIf.range', { low: units(row.units_low), high: units(row.units_high) })}
          </span>
        </span>
      ),
    },
    {
      key: 'money',
      head: t('lost.money'),
      figure: true,
      sort: 'minor',
      cell: (row) => (row.minor === null ? '–' : fmt.money(format, row.minor, row.currency)),
    },
  ];
  return (
    <Table
      label={t('lost.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.product_id}
      stale={stale}
      {...sorting}
    />
  );
}

/** What was wanted while shelves were empty. */
export function LostSalesPage() {
  const { t, said } = useWords();
  const days = oneOfNumbers(useParam('days'), RANGES, 30);
  const list = useLostSales(days);
  const definition = list.query.data?.definition;
  return (
    <>
      <ForecastTabs here="/forecasts/lost-sales/" />
      <PageTitle
        title={t('lost.title')}
        text={t('lost.text')}
        actions={
          <Segmented
            label={t('dashboard.range')}
            value={days}
            options={RANGES.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
            onChange={(n) => changeUrl({ days: n === 30 ? null : String(n), cursor: null })}
          />
        }
      />
      <ListTools
        rows={list}
        label={t('lost.title')}
        name="lost-sales"
        usual={t('list.usual.cost')}
        orders={[
          ['name', t('col.product')],
          ['category', t('col.category')],
          ['days_short', t('lost.short')],
          ['units', t('col.units')],
          ['minor', t('lost.money')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState icon="check" title={t('lost.none')} text={t('lost.none.text')} />
          )
        }
      >
        {(rows, stale) => <LostTable rows={rows} stale={stale} {...list.sorting} />}
      </Listing>
      {definition && (
        <p dir="auto" className="mt-3 max-w-prose text-ink-2 text-sm">
          {said('lost.definition', definition)}
        </p>
      )}
    </>
  );
}
