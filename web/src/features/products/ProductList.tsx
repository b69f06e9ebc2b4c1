'use client';

import type { Product } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { ProductFilters } from './ProductFilters';
import { ProductName } from './ProductName';
import { SORTS, STATUSES, useProducts } from './useProducts';

function ProductTable({ products, stale }: { products: readonly Product[]; stale: boolean }) {
  const { t, format } = useWords();
  const columns: Column<Product>[] = [
    {
      key: 'name',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.id} name={row.name} sku={row.sku} />,
    },
    { key: 'category', head: t('col.category'), from: 'sm', cell: (row) => row.category ?? '–' },
    {
      key: 'status',
      head: t('col.status'),
      from: 'md',
      cell: (row) => (
        <Badge tone={row.status === 'active' ? 'good' : 'neutral'}>
          {t(`products.${row.status}`)}
        </Badge>
      ),
    },
    {
      key: 'created',
      head: t('col.created'),
      from: 'lg',
      figure: true,
      cell: (row) => fmt.day(format, row.created_at.slice(0, 10)),
    },
    {
      key: 'cost',
      head: t('col.cost'),
      from: 'md',
      figure: true,
      cell: (row) =>
        row.cost_minor == null ? '–' : fmt.money(format, row.cost_minor, row.currency),
    },
    {
      key: 'price',
      head: t('col.price'),
      figure: true,
      cell: (row) => fmt.money(format, row.price_minor, row.currency),
    },
  ];
  return (
    <Table
      label={t('products.title')}
      columns={columns}
      rows={products}
      rowKey={(row) => row.id}
      stale={stale}
    />
  );
}

export function ProductList() {
  const { t } = useWords();
  const filters = {
    search: useParam('q') ?? '',
    category: useParam('category') ?? '',
    status: oneOf(useParam('status'), STATUSES),
    sort: oneOf(useParam('sort'), SORTS),
  };
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useProducts(filters, cursor);
  const clear = () => changeUrl({ q: null, category: null, status: null, cursor: null });
  return (
    <>
      <PageTitle title={t('products.title')} />
      <ProductFilters filters={filters} />
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState
            icon="search"
            title={t('products.none')}
            text={t('products.none.text')}
            action={<Button onClick={clear}>{t('products.clear')}</Button>}
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <ProductTable products={data.items} stale={isPlaceholderData} />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
