'use client';

import { useMemo } from 'react';
import type { Product } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { useSort } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { LongTable, NearEnd } from '@/ui/LongTable';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import type { Column } from '@/ui/Table';
import { ProductFilters } from './ProductFilters';
import { ProductName } from './ProductName';
import { productsFile, SORTS, STATUSES, useCatalogue } from './useProducts';

/** The same array while the language stays, so that rows at hand are not drawn anew. */
function useColumns(): Column<Product>[] {
  const { t, format } = useWords();
  return useMemo(
    () => [
      {
        key: 'name',
        head: t('col.product'),
        names: true,
        sort: 'name',
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
        sort: 'created_at',
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
        sort: 'price_minor',
        cell: (row) => fmt.money(format, row.price_minor, row.currency),
      },
    ],
    [t, format],
  );
}

const keyOf = (row: Product) => row.id;

export function ProductList() {
  const { t } = useWords();
  const filters = {
    search: useParam('q') ?? '',
    category: useParam('category') ?? '',
    status: oneOf(useParam('status'), STATUSES),
    sort: useSort(SORTS).sort,
  };
  const columns = useColumns();
  const list = useCatalogue(filters);
  const { data, error, rows, hasNextPage: more, isFetchingNextPage: busy } = list;
  // Only by name may a category be sorted, so another order lets go of it.
  const onSort = (next: string) =>
    changeUrl({
      sort: next === 'name' ? null : next,
      cursor: null,
      ...(!next.endsWith('name') && { category: null }),
    });
  const clear = () => changeUrl({ q: null, category: null, status: null, cursor: null });
  return (
    <>
      <PageTitle
        title={t('products.title')}
        actions={
          <div className="flex flex-wrap items-center gap-3">
            <AppLink href="/product-parents/" className="text-sm">
              {t('parents.title')}
            </AppLink>
            <ExportButton name="products" file={() => productsFile(filters)} />
          </div>
        }
      />
      <ProductFilters filters={filters} onSort={onSort} />
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && !data && <ErrorState error={error} retry={() => void list.refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {data && rows === 0 && (
          <EmptyState
            icon="search"
            title={t('products.none')}
            text={t('products.none.text')}
            action={<Button onClick={clear}>{t('products.clear')}</Button>}
          />
        )}
        {rows > 0 && (
          <>
            {list.startsLater && (
              <div className="border-line border-b px-4 py-2 sm:px-5">
                <Button small onClick={list.toFirst}>
                  {t('list.fromFirst')}
                </Button>
              </div>
            )}
            <LongTable
              label={t('products.title')}
              columns={columns}
              parts={list.parts}
              rowKey={keyOf}
              complete={!more && !list.startsLater}
              stale={list.isPlaceholderData}
              onTop={list.onTop}
              {...(!filters.search && { sort: filters.sort, onSort })}
            />
            <NearEnd
              waiting={!more || busy || error !== null}
              onNear={() => void list.fetchNextPage()}
            />
            <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t px-4 py-3 sm:px-5">
              <p role="status" className="text-ink-2 text-sm">
                {t(more ? 'list.soFar' : 'list.inAll', { n: rows })}
              </p>
              {more && (
                <Button small busy={busy} onClick={() => void list.fetchNextPage()}>
                  {t('list.more')}
                </Button>
              )}
            </div>
            {error && <ErrorState error={error} retry={() => void list.fetchNextPage()} />}
          </>
        )}
      </div>
    </>
  );
}
