'use client';

import type { Product } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { type Column, Table } from '@/ui/Table';
import { useParent, useParentForecast, useParentSales } from './useParent';

interface Row {
  product: Product;
  sold: number | null;
  expected: number | null;
}

/** All variants of the product's parent, the one looked at marked; nothing where it has none. */
export function VariantsCard({
  product,
  from,
  to,
}: {
  product: Product;
  from: string;
  to: string;
}) {
  const { t, format } = useWords();
  const id = product.parent_id ?? null;
  const { data } = useParent(id);
  const sales = useParentSales(id, from, to).data;
  const ahead = useParentForecast(id).data;
  if (!data) return null;
  const sold = new Map(sales?.variants.map((each) => [each.product_id, each.units]));
  const expected = new Map(ahead?.variants.map((each) => [each.product_id, each.total_mean]));
  const rows: Row[] = data.variants.map((each) => ({
    product: each,
    sold: sold.get(each.id) ?? null,
    expected: expected.get(each.id) ?? null,
  }));
  const count = (value: number | null) =>
    value === null ? '–' : fmt.count(format, Math.round(value));
  const columns: Column<Row>[] = [
    {
      key: 'options',
      head: data.parent.options.join(' / '),
      names: true,
      cell: ({ product: each }) => (
        <span className="flex flex-wrap items-center gap-2">
          {each.id === product.id ? (
            <strong aria-current="page">
              <bdi>{(each.options ?? []).join(' / ')}</bdi>
            </strong>
          ) : (
            <AppLink href={`/product/?id=${encodeURIComponent(each.id)}`}>
              <bdi>{(each.options ?? []).join(' / ')}</bdi>
            </AppLink>
          )}
          {each.status === 'archived' && <Badge>{t('products.archived')}</Badge>}
        </span>
      ),
    },
    {
      key: 'sku',
      head: t('col.sku'),
      from: 'sm',
      cell: (row) => <bdi className="text-ink-2">{row.product.sku}</bdi>,
    },
    {
      key: 'price',
      head: t('col.price'),
      figure: true,
      cell: (row) => fmt.money(format, row.product.price_minor, row.product.currency),
    },
    { key: 'sold', head: t('col.sold'), figure: true, cell: (row) => count(row.sold) },
    {
      key: 'expected',
      head: t('product.expected'),
      figure: true,
      cell: (row) => count(row.expected),
    },
  ];
  const total = (values: Iterable<number>) => [...values].reduce((sum, each) => sum + each, 0);
  return (
    <Card
      title={t('product.variants', { name: data.parent.name })}
      text={t('product.variants.text', {
        sold: count(sales ? total(sold.values()) : null),
        expected: count(ahead?.forecast_date ? total(expected.values()) : null),
        n: ahead?.points.length ?? 0,
      })}
      actions={
        <AppLink
          href={`/product-parent/?id=${encodeURIComponent(data.parent.id)}`}
          className="text-sm"
        >
          {t('parents.edit')}
        </AppLink>
      }
      className="mb-4"
      flush
    >
      <Table
        label={t('product.variants', { name: data.parent.name })}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.product.id}
        tall={rows.length > 8}
      />
    </Card>
  );
}
