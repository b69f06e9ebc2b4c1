'use client';

import { useState } from 'react';
import { ProductById } from '@/features/products/ProductById';
import { ProductPicker } from '@/features/products/ProductPicker';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import type { Sorting } from '@/shell/sorting';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Dialog } from '@/ui/Dialog';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { TermsForm } from './TermsForm';
import { type Terms, useDropTerms, useTerms } from './useSuppliers';

interface Edited {
  readonly productId: string;
  readonly terms: Terms | null;
}

interface TableProps extends Sorting {
  terms: readonly Terms[];
  stale: boolean;
  onEdit: (edited: Edited) => void;
  onDrop: (productId: string) => void;
}

function TermsTable({ terms, stale, onEdit, onDrop, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const columns: Column<Terms>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductById id={row.product_id} />,
    },
    {
      key: 'cost',
      head: t('col.cost'),
      figure: true,
      sort: 'unit_cost_minor',
      cell: (row) =>
        row.unit_cost_minor == null ? '–' : fmt.money(format, row.unit_cost_minor, row.currency),
    },
    {
      key: 'least',
      head: t('suppliers.least.short'),
      figure: true,
      sort: 'minimum_quantity',
      from: 'md',
      cell: (row) => fmt.count(format, row.minimum_quantity ?? 1),
    },
    {
      key: 'pack',
      head: t('suppliers.pack.short'),
      figure: true,
      sort: 'pack_size',
      from: 'md',
      cell: (row) => fmt.count(format, row.pack_size ?? 1),
    },
    {
      key: 'do',
      head: t('jobs.do'),
      cell: (row) => (
        <span className="flex flex-wrap gap-1 @min-[34rem]:flex-nowrap">
          <Button
            small
            aria-label={`${t('users.change')}: ${row.product_id}`}
            onClick={() => onEdit({ productId: row.product_id, terms: row })}
          >
            {t('users.change')}
          </Button>
          <Button
            small
            kind="quiet"
            aria-label={`${t('suppliers.drop')}: ${row.product_id}`}
            onClick={() => onDrop(row.product_id)}
          >
            {t('suppliers.drop')}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Table
      label={t('suppliers.terms')}
      columns={columns}
      rows={terms}
      rowKey={(row) => row.product_id}
      stale={stale}
      {...sorting}
    />
  );
}

/** What the supplier sells and at what terms. */
export function TermsCard({ id, currency }: { id: string; currency: string }) {
  const { t } = useWords();
  const list = useTerms(id);
  const drop = useDropTerms(id);
  const [edited, setEdited] = useState<Edited | null>(null);
  const [dropped, setDropped] = useState<string | null>(null);
  const close = () => {
    setDropped(null);
    drop.reset();
  };
  return (
    <Card
      title={t('suppliers.terms')}
      actions={<ExportButton name="terms" file={list.file} />}
      flush
    >
      <div className="max-w-md px-4 pb-2 sm:px-5">
        <ProductPicker
          label={t('suppliers.terms.add')}
          onPick={({ id: productId }) =>
            setEdited({
              productId,
              terms: list.query.data?.items.find((each) => each.product_id === productId) ?? null,
            })
          }
        />
      </div>
      <Listing bare {...list} none={<EmptyState title={t('suppliers.terms.none')} />}>
        {(rows, stale) => (
          <TermsTable
            terms={rows}
            stale={stale}
            onEdit={setEdited}
            onDrop={setDropped}
            {...list.sorting}
          />
        )}
      </Listing>
      <Dialog title={t('suppliers.terms')} open={edited !== null} onClose={() => setEdited(null)}>
        {edited && (
          <>
            <ProductById id={edited.productId} />
            <TermsForm
              supplierId={id}
              productId={edited.productId}
              currency={edited.terms?.currency ?? currency}
              terms={edited.terms}
              onClose={() => setEdited(null)}
            />
          </>
        )}
      </Dialog>
      <Ask
        title={t('suppliers.drop.ask')}
        text={dropped && <ProductById id={dropped} />}
        confirm={t('suppliers.drop')}
        open={dropped !== null}
        busy={drop.isPending}
        error={drop.error}
        onConfirm={() => dropped && drop.mutate(dropped, { onSuccess: close })}
        onClose={close}
      />
    </Card>
  );
}
