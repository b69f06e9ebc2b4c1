'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { ProductParent } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { ParentForm } from './ParentForm';
import { useParents } from './useParents';

const pageOf = (id: string) => `/product-parent/?id=${encodeURIComponent(id)}`;

/** Goods that come in variants. */
export function ParentsPage() {
  const { t, format } = useWords();
  const may = useMay('products:write');
  const list = useParents();
  const router = useRouter();
  const [adding, setAdding] = useState(false);
  const columns: Column<ProductParent>[] = [
    {
      key: 'name',
      head: t('parents.name'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <AppLink href={pageOf(row.id)} className="font-medium">
          <bdi>{row.name}</bdi>
        </AppLink>
      ),
    },
    {
      key: 'options',
      head: t('parents.options'),
      from: 'sm',
      sort: 'options',
      cell: (row) => <bdi>{row.options.join(', ')}</bdi>,
    },
    {
      key: 'variants',
      head: t('parents.count'),
      figure: true,
      sort: 'variants',
      cell: (row) => fmt.count(format, Object.keys(row.variants ?? {}).length),
    },
    {
      key: 'created',
      head: t('col.created'),
      figure: true,
      from: 'md',
      sort: 'created_at',
      cell: (row) => fmt.day(format, row.created_at.slice(0, 10)),
    },
  ];
  const add = may && (
    <Button kind="primary" onClick={() => setAdding(true)}>
      {t('parents.new')}
    </Button>
  );
  return (
    <>
      <AppLink href="/products/" className="mb-2 inline-block text-sm">
        {t('product.back')}
      </AppLink>
      <PageTitle title={t('parents.title')} text={t('parents.text')} actions={add} />
      <ListTools
        rows={list}
        label={t('parents.title')}
        name="product-parents"
        usual={t('list.usual')}
        orders={[
          ['name', t('parents.name')],
          ['variants', t('parents.count')],
          ['created_at', t('col.created')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState title={t('parents.none')} text={t('parents.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <Table
            label={t('parents.title')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            stale={stale}
            {...list.sorting}
          />
        )}
      </Listing>
      <Dialog title={t('parents.new')} open={adding} onClose={() => setAdding(false)}>
        <ParentForm
          parent={null}
          onClose={() => setAdding(false)}
          onSaved={(made) => router.push(pageOf(made.id))}
        />
      </Dialog>
    </>
  );
}
