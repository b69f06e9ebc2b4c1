'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ApiError } from '@/api/problem';
import type { Product, ProductParent } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { ParentForm } from './ParentForm';
import { ProductName } from './ProductName';
import { ProductPicker } from './ProductPicker';
import { useParent } from './useParent';
import { useLeave, useRemoveParent } from './useParents';
import { TakenVariant, VariantForm } from './VariantForm';

interface TableProps {
  parent: ProductParent;
  variants: readonly Product[];
  onEdit: (variant: Product) => void;
  onLeave: (variant: Product) => void;
}

function VariantTable({ parent, variants, onEdit, onLeave }: TableProps) {
  const { t, format } = useWords();
  const may = useMay('products:write');
  const columns: Column<Product>[] = [
    {
      key: 'options',
      head: parent.options.join(' / '),
      cell: (row) => <bdi>{(row.options ?? []).join(' / ')}</bdi>,
    },
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.id} name={row.name} sku={row.sku} />,
    },
    {
      key: 'price',
      head: t('col.price'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.money(format, row.price_minor, row.currency),
    },
    {
      key: 'do',
      head: t('jobs.do'),
      cell: (row) =>
        may && (
          <span className="flex flex-wrap gap-1.5">
            <Button
              small
              aria-label={`${t('users.change')}: ${row.sku}`}
              onClick={() => onEdit(row)}
            >
              {t('users.change')}
            </Button>
            <Button
              small
              kind="quiet"
              aria-label={`${t('parents.leave')}: ${row.sku}`}
              onClick={() => onLeave(row)}
            >
              {t('parents.leave')}
            </Button>
          </span>
        ),
    },
  ];
  return (
    <Table label={t('parents.count')} columns={columns} rows={variants} rowKey={(row) => row.id} />
  );
}

function Remove({ parent }: { parent: ProductParent }) {
  const { t } = useWords();
  const router = useRouter();
  const remove = useRemoveParent(parent.id);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button kind="quiet" onClick={() => setAsking(true)}>
        {t('parents.remove')}
      </Button>
      <Ask
        title={t('parents.remove.ask', { name: parent.name })}
        text={t('parents.remove.text')}
        confirm={t('parents.remove')}
        open={asking}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: () => router.push('/product-parents/') })
        }
        onClose={() => setAsking(false)}
      />
    </>
  );
}

type Edited = 'new' | Product | { readonly taken: string };

function Details({ parent, variants }: { parent: ProductParent; variants: readonly Product[] }) {
  const { t } = useWords();
  const may = useMay('products:write');
  const [renaming, setRenaming] = useState(false);
  const [edited, setEdited] = useState<Edited | null>(null);
  const [left, setLeft] = useState<Product | null>(null);
  const leave = useLeave();
  const close = () => setEdited(null);
  const form = { parent, category: variants[0]?.category ?? 'Uncategorised', onClose: close };
  return (
    <>
      <PageTitle
        title={parent.name}
        text={<bdi>{parent.options.join(', ')}</bdi>}
        actions={
          may && (
            <div className="flex flex-wrap gap-2">
              <Button onClick={() => setRenaming(true)}>{t('parents.change')}</Button>
              {variants.length === 0 && <Remove parent={parent} />}
            </div>
          )
        }
      />
      <Card
        title={t('parents.count')}
        actions={
          may && (
            <Button small kind="primary" onClick={() => setEdited('new')}>
              {t('parents.add')}
            </Button>
          )
        }
        flush
      >
        {may && (
          <div className="max-w-md px-4 pb-2 sm:px-5">
            <ProductPicker
              label={t('parents.take')}
              onPick={({ id }) => setEdited({ taken: id })}
            />
          </div>
        )}
        {variants.length === 0 && <EmptyState title={t('parents.noVariant')} />}
        {variants.length > 0 && (
          <VariantTable parent={parent} variants={variants} onEdit={setEdited} onLeave={setLeft} />
        )}
      </Card>
      <Dialog title={t('parents.change')} open={renaming} onClose={() => setRenaming(false)}>
        <ParentForm
          parent={parent}
          onSaved={() => setRenaming(false)}
          onClose={() => setRenaming(false)}
        />
      </Dialog>
      <Dialog
        title={t(edited === 'new' ? 'parents.add' : 'parents.variant')}
        open={edited !== null}
        onClose={close}
      >
        {edited === 'new' && <VariantForm product={null} {...form} />}
        {edited !== null && edited !== 'new' && 'taken' in edited && (
          <TakenVariant id={edited.taken} {...form} />
        )}
        {edited !== null && edited !== 'new' && !('taken' in edited) && (
          <VariantForm product={edited} {...form} />
        )}
      </Dialog>
      <Ask
        title={t('parents.leave.ask', { name: left?.name ?? '' })}
        text={t('parents.leave.text')}
        confirm={t('parents.leave')}
        open={left !== null}
        busy={leave.isPending}
        error={leave.error}
        onConfirm={() => left && leave.mutate(left, { onSuccess: () => setLeft(null) })}
        onClose={() => {
          setLeft(null);
          leave.reset();
        }}
      />
    </>
  );
}

/** Goods that come in variants: what these differ by, and each of them. */
export function ParentPage() {
  const { t } = useWords();
  const id = useParam('id');
  const { data, error, refetch } = useParent(id);
  const missing = error instanceof ApiError && [400, 404].includes(error.status);
  return (
    <>
      <AppLink href="/product-parents/" className="mb-2 inline-block text-sm">
        {t('parents.title')}
      </AppLink>
      {(!id || missing) && (
        <>
          <PageTitle title={t('parents.title')} hidden />
          <EmptyState title={t(id ? 'list.missing' : 'list.noId')} />
        </>
      )}
      {error && !missing && <ErrorState error={error} retry={() => void refetch()} />}
      {id && !data && !error && <Loading className="h-96" />}
      {data && <Details parent={data.parent} variants={data.variants} />}
    </>
  );
}
