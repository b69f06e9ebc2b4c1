'use client';

import type { Balance } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useLocationName } from './useLocations';
import { useStock } from './useStock';

export function StockCard({ productId }: { productId: string }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const { data, error, refetch } = useStock(productId);
  const figure = (key: string, head: string, pick: (row: Balance) => number): Column<Balance> => ({
    key,
    head,
    figure: true,
    cell: (row) => fmt.count(format, pick(row)),
  });
  const columns: Column<Balance>[] = [
    { key: 'location', head: t('col.location'), names: true, cell: (row) => nameOf(row.location_id) },
    {
      key: 'available',
      head: t('col.available'),
      figure: true,
      cell: (row) => (
        <Badge tone={row.available > 0 ? 'good' : 'bad'}>{fmt.count(format, row.available)}</Badge>
      ),
    },
    figure('hand', t('col.onHand'), (row) => row.on_hand),
    { ...figure('reserved', t('col.reserved'), (row) => row.reserved), from: 'sm' },
    figure('order', t('col.onOrder'), (row) => row.on_order),
    {
      key: 'counted',
      head: t('col.counted'),
      from: 'sm',
      figure: true,
      cell: (row) =>
        row.counted_at ? fmt.day(format, row.counted_at.slice(0, 10)) : t('product.never'),
    },
  ];
  return (
    <Card title={t('product.stock')} flush>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-20" />}
      {data?.items.length === 0 && <EmptyState title={t('product.stock.none')} />}
      {data && data.items.length > 0 && (
        <Table
          label={t('product.stock')}
          columns={columns}
          rows={data.items}
          rowKey={(row) => row.location_id}
        />
      )}
    </Card>
  );
}
