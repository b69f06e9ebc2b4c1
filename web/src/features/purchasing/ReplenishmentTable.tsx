'use client';

import type { Proposal } from '@/api/types';
import { ProductName } from '@/features/products/ProductName';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import type { Sorting } from '@/shell/sorting';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { CheckField, QuantityField } from '@/ui/Choice';
import { type Column, Table } from '@/ui/Table';
import { type Chosen, costOf, keyOf, type Selection, unitsOf } from './wanted';

interface Props extends Sorting {
  proposals: readonly Proposal[];
  quantities: ReadonlyMap<string, string>;
  selection: Selection;
  stale: boolean;
  onQuantity: (proposal: Proposal, text: string) => void;
  onSelect: (proposals: readonly Proposal[], selected: boolean) => void;
}

/** A proposal that can become a line: somebody sells it, and some are wanted. */
export function orderable(proposal: Proposal, quantity: number | null): boolean {
  return proposal.supplier_id !== null && quantity !== null && quantity > 0;
}

export function ReplenishmentTable(props: Props) {
  const { proposals, quantities, selection, stale, onQuantity, onSelect, ...sorting } = props;
  const { t, format } = useWords();
  const textOf = (row: Proposal) => quantities.get(keyOf(row)) ?? String(row.quantity);
  const said = (row: Proposal) => ({ name: row.name, location: row.location_name });
  const cost = (row: Proposal) => {
    const quantity = unitsOf(textOf(row));
    const minor = quantity === null ? null : costOf({ proposal: row, quantity } satisfies Chosen);
    return minor === null ? '–' : fmt.money(format, minor, row.currency);
  };
  const columns: Column<Proposal>[] = [
    {
      key: 'select',
      head: t('replenish.select'),
      cell: (row) => (
        <CheckField
          bare
          label={t('replenish.selectOne', said(row))}
          checked={selection.has(keyOf(row))}
          disabled={!orderable(row, unitsOf(textOf(row)))}
          onChange={(event) => onSelect([row], event.target.checked)}
        />
      ),
    },
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <ProductName id={row.product_id} name={row.name} sku={row.sku} also={row.location_name} />
      ),
    },
    {
      key: 'stake',
      head: t('replenish.stake'),
      figure: true,
      sort: 'at_stake_minor',
      from: 'md',
      cell: (row) => fmt.money(format, row.urgency, row.currency),
    },
    {
      key: 'available',
      head: t('col.available'),
      figure: true,
      sort: 'available',
      from: 'sm',
      cell: (row) => (
        <Badge tone={row.out ? 'bad' : row.low ? 'warn' : 'neutral'}>
          {fmt.count(format, row.available)}
        </Badge>
      ),
    },
    {
      key: 'by',
      head: t('replenish.orderBy'),
      figure: true,
      sort: 'order_by',
      from: 'lg',
      cell: (row) => (row.order_by ? fmt.day(format, row.order_by, 'tick') : '–'),
    },
    {
      key: 'supplier',
      head: t('replenish.supplier'),
      sort: 'supplier',
      from: 'lg',
      cell: (row) => <bdi>{row.supplier ?? t('replenish.noSupplier')}</bdi>,
    },
    {
      key: 'quantity',
      head: t('replenish.quantity'),
      figure: true,
      sort: 'quantity',
      cell: (row) => (
        <span className="inline-grid justify-items-end">
          <QuantityField
            label={t('replenish.quantityOf', said(row))}
            value={textOf(row)}
            min={0}
            aria-invalid={unitsOf(textOf(row)) === null || undefined}
            onChange={(event) => onQuantity(row, event.target.value)}
          />
          <AppLink
            href={`/replenishment/why/?id=${encodeURIComponent(row.product_id)}&location=${encodeURIComponent(row.location_id)}`}
            aria-label={t('replenish.whyOf', said(row))}
            className="text-xs"
          >
            {t('replenish.why')}
          </AppLink>
          {(row.drafted ?? 0) > 0 && (
            <span className="text-ink-2 text-xs">
              {t('replenish.drafted', { n: row.drafted ?? 0 })}
            </span>
          )}
        </span>
      ),
    },
    {
      key: 'cost',
      head: t('replenish.cost'),
      figure: true,
      from: 'md',
      sort: 'expected_cost_minor',
      cell: cost,
    },
  ];
  return (
    <Table
      label={t('replenish.title')}
      columns={columns}
      rows={proposals}
      rowKey={keyOf}
      stale={stale}
      {...sorting}
    />
  );
}
