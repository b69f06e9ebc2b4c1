'use client';

import type { Summary } from '@/api/types';
import { ProductName } from '@/features/products/ProductName';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { Delta } from '@/ui/Delta';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';

type Row = Summary['top_products'][number];

export function TopProducts({ summary }: { summary: Summary }) {
  const { t, format } = useWords();
  const columns: Column<Row>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.product_id} name={row.name} sku={row.sku} />,
    },
    {
      key: 'units',
      head: t('col.units'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.units),
    },
    {
      key: 'revenue',
      head: t('col.revenue'),
      figure: true,
      cell: (row) => fmt.money(format, row.revenue_minor, summary.shop.currency, 'whole'),
    },
    {
      key: 'change',
      head: t('col.change'),
      figure: true,
      cell: (row) =>
        row.previous_revenue_minor > 0 ? (
          <Delta change={row.revenue_minor / row.previous_revenue_minor - 1} />
        ) : (
          '–'
        ),
    },
  ];
  return (
    <Card
      title={t('dashboard.top')}
      flush
      actions={
        <AppLink href="/dashboard/products/" className="text-sm">
          {t('dashboard.allProducts')}
        </AppLink>
      }
    >
      {summary.top_products.length === 0 ? (
        <EmptyState title={t('dashboard.top.none')} />
      ) : (
        <Table
          label={t('dashboard.top')}
          columns={columns}
          rows={summary.top_products}
          rowKey={(row) => row.product_id}
        />
      )}
    </Card>
  );
}
