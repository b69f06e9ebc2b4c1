'use client';

import { ProductById } from '@/features/products/ProductById';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type TrendingProduct, useTrending } from './useStreaming';

/** Products that are looked at and bought more than they usually are. */
export function TrendingCard({ minutes }: { minutes: number }) {
  const { t, format } = useWords();
  const { data, error, refetch, isPlaceholderData } = useTrending(Math.max(minutes, 30));
  const count = (value: number) => fmt.count(format, value);
  const columns: Column<TrendingProduct>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductById id={row.product_id} />,
    },
    { key: 'views', head: t('live.views'), figure: true, cell: (row) => count(row.views) },
    {
      key: 'carts',
      head: t('live.carts'),
      figure: true,
      from: 'sm',
      cell: (row) => count(row.carts),
    },
    { key: 'units', head: t('col.sold'), figure: true, cell: (row) => count(row.units) },
    {
      key: 'interest',
      head: t('live.interest'),
      figure: true,
      from: 'md',
      cell: (row) =>
        t('live.interest.of', {
          n: row.interest,
          usual: fmt.count(format, row.expected_interest, 1),
        }),
    },
  ];
  return (
    <Card title={t('live.trending')} text={t('live.trending.text')} flush>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-40" />}
      {!error && data?.items.length === 0 && (
        <EmptyState title={t('live.trending.none')} text={t('live.none.text')} />
      )}
      {!error && data && data.items.length > 0 && (
        <Table
          label={t('live.trending')}
          columns={columns}
          rows={data.items}
          rowKey={(row) => row.product_id}
          stale={isPlaceholderData}
        />
      )}
    </Card>
  );
}
