'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { type Sorting, useSort } from '@/shell/sorting';
import { useTyped } from '@/shell/useTyped';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { SearchField, SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useStatus } from '../system/useStatus';
import { SupplierForm } from './SupplierForm';
import { SORTS, type Supplier, suppliersFile, useSuppliers } from './useSuppliers';

export function pageOf(id: string): string {
  return `/supplier/?id=${encodeURIComponent(id)}`;
}

interface TableProps extends Sorting {
  suppliers: readonly Supplier[];
  stale: boolean;
}

function SupplierTable({ suppliers, stale, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const shop = useStatus().data?.shop.currency ?? 'EUR';
  const names = fmt.weekdays(format);
  const money = (minor: number | undefined, currency: string | null | undefined) =>
    minor ? fmt.money(format, minor, currency ?? shop) : '–';
  const columns: Column<Supplier>[] = [
    {
      key: 'name',
      head: t('suppliers.supplier'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <span className="grid">
          <AppLink href={pageOf(row.id)} className="font-medium">
            <bdi>{row.name}</bdi>
          </AppLink>
          {row.email && (
            <bdi dir="ltr" className="break-all text-ink-2 text-xs">
              {row.email}
            </bdi>
          )}
        </span>
      ),
    },
    {
      key: 'lead',
      head: t('suppliers.lead'),
      figure: true,
      sort: 'lead_time',
      cell: (row) =>
        t('suppliers.spread', {
          n: fmt.count(format, row.lead_time_days, 1),
          spread: fmt.decimal(format, row.lead_time_deviation_days ?? 0, 1),
        }),
    },
    {
      key: 'days',
      head: t('suppliers.weekdays'),
      from: 'md',
      cell: (row) =>
        row.order_weekdays?.length
          ? row.order_weekdays.map((day) => names[day]).join(', ')
          : t('suppliers.anyDay'),
    },
    {
      key: 'minimum',
      head: t('suppliers.minimum.short'),
      figure: true,
      from: 'lg',
      sort: 'minimum_order',
      cell: (row) => money(row.minimum_order_minor, row.currency),
    },
    {
      key: 'delivery',
      head: t('suppliers.delivery.short'),
      figure: true,
      from: 'lg',
      cell: (row) => money(row.delivery_minor, row.currency),
    },
  ];
  return (
    <Table
      label={t('suppliers.title')}
      columns={columns}
      rows={suppliers}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function SuppliersPage() {
  const { t } = useWords();
  const cursor = useParam('cursor');
  const search = useParam('q') ?? '';
  const [typed, setTyped] = useTyped(search);
  const { sort, onSort } = useSort(SORTS);
  const filters = { search, sort };
  const query = useSuppliers(filters, cursor);
  const router = useRouter();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageTitle
        title={t('suppliers.title')}
        text={t('suppliers.text')}
        actions={
          <Button kind="primary" onClick={() => setAdding(true)}>
            {t('suppliers.add')}
          </Button>
        }
      />
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div className="grid flex-1 grid-cols-2 items-end gap-3 sm:max-w-xl">
          <SearchField
            label={t('products.search')}
            placeholder={t('suppliers.search')}
            value={typed}
            dir="auto"
            onChange={(event) => setTyped(event.target.value)}
          />
          <SelectField
            label={t('products.sort')}
            value={sort}
            options={SORTS.map((value) => ({ value, label: t(`suppliers.sort.${value}`) }))}
            onChange={onSort}
          />
        </div>
        <ExportButton name="suppliers" file={() => suppliersFile(filters)} />
      </div>
      <Listing
        query={query}
        cursor={cursor}
        none={
          search ? (
            <EmptyState
              icon="search"
              title={t('suppliers.noMatch')}
              text={t('products.none.text')}
            />
          ) : (
            <EmptyState title={t('suppliers.none')} text={t('suppliers.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <SupplierTable suppliers={rows} stale={stale} sort={sort} onSort={onSort} />
        )}
      </Listing>
      <Dialog title={t('suppliers.add')} open={adding} onClose={() => setAdding(false)}>
        <SupplierForm
          supplier={null}
          onClose={() => setAdding(false)}
          onSaved={(made) => router.push(pageOf(made.id))}
        />
      </Dialog>
    </>
  );
}
