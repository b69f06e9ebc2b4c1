'use client';

import type { Summary } from '@/api/types';
import { ProductName } from '@/features/products/ProductName';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';

type Row = Summary['low_stock'][number];

export function LowStock({ summary }: { summary: Summary }) {
  const { t, format } = useWords();
  const columns: Column<Row>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => (
        <ProductName id={row.product_id} name={row.name} sku={row.sku} also={row.location_name} />
      ),
    },
    {
      key: 'available',
      head: t('col.available'),
      figure: true,
      cell: (row) =>
        row.available > 0 ? (
          fmt.count(format, row.available)
        ) : (
          <Badge tone="bad">{fmt.count(format, row.available)}</Badge>
        ),
    },
    {
      key: 'order',
      head: t('col.onOrder'),
      figure: true,
      from: 'md',
      cell: (row) => fmt.count(format, row.on_order),
    },
    {
      key: 'out',
      head: t('col.stockOut'),
      figure: true,
      from: 'sm',
      cell: (row) => (row.stock_out_day ? fmt.day(format, row.stock_out_day, 'tick') : '–'),
    },
    {
      key: 'proposal',
      head: t('col.proposal'),
      figure: true,
      cell: (row) => (
        <strong className="font-semibold">{fmt.count(format, row.proposal_quantity)}</strong>
      ),
    },
  ];
  return (
    <Card title={t('dashboard.lowStock')} flush>
      {summary.low_stock.length === 0 ? (
        <EmptyState icon="check" title={t('dashboard.lowStock.none')} />
      ) : (
        <Table
          label={t('dashboard.lowStock')}
          columns={columns}
          rows={summary.low_stock}
          rowKey={(row) => `${row.product_id} ${row.location_id}`}
        />
      )}
    </Card>
  );
}
