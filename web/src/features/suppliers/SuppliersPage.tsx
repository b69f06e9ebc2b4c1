'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useStatus } from '../system/useStatus';
import { SupplierForm } from './SupplierForm';
import { type Supplier, useSuppliers } from './useSuppliers';

export function pageOf(id: string): string {
  return `/supplier/?id=${encodeURIComponent(id)}`;
}

function SupplierTable({ suppliers, stale }: { suppliers: readonly Supplier[]; stale: boolean }) {
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
      cell: (row) =>
        t('suppliers.spread', {
          n: fmt.count(format, row.lead_time_days, 1),
          spread: fmt.count(format, row.lead_time_deviation_days ?? 0, 1),
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
    />
  );
}

export function SuppliersPage() {
  const { t } = useWords();
  const cursor = useParam('cursor');
  const query = useSuppliers(cursor);
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
      <Listing
        query={query}
        cursor={cursor}
        none={<EmptyState title={t('suppliers.none')} text={t('suppliers.none.text')} />}
      >
        {(rows, stale) => <SupplierTable suppliers={rows} stale={stale} />}
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
