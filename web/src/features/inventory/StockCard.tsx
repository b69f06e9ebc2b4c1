'use client';

import type { ReactNode } from 'react';
import type { Balance } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useLocationName } from './useLocations';
import { useStock } from './useStock';

function Two({ main, below }: { main: ReactNode; below: ReactNode }) {
  return (
    <span className="grid">
      {main}
      {below && <span className="text-ink-2 text-xs">{below}</span>}
    </span>
  );
}

export function StockCard({ productId }: { productId: string }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const { data, error, refetch } = useStock(productId);
  const columns: Column<Balance>[] = [
    {
      key: 'location',
      head: t('col.location'),
      names: true,
      cell: (row) => (
        <Two
          main={<bdi>{nameOf(row.location_id)}</bdi>}
          below={
            row.counted_at
              ? t('col.counted', { day: fmt.day(format, row.counted_at.slice(0, 10), 'tick') })
              : t('product.never')
          }
        />
      ),
    },
    {
      key: 'available',
      head: t('col.available'),
      figure: true,
      cell: (row) => (
        <Badge tone={row.available > 0 ? 'good' : 'bad'}>{fmt.count(format, row.available)}</Badge>
      ),
    },
    {
      key: 'hand',
      head: t('col.onHand'),
      figure: true,
      cell: (row) => (
        <Two
          main={fmt.count(format, row.on_hand)}
          below={row.reserved > 0 && t('col.reserved', { n: row.reserved })}
        />
      ),
    },
    {
      key: 'order',
      head: t('col.onOrder'),
      figure: true,
      cell: (row) => fmt.count(format, row.on_order),
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
