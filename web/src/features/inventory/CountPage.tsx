'use client';

import { useState } from 'react';
import type { Product } from '@/api/types';
import { ProductName } from '@/features/products/ProductName';
import { useCategories } from '@/features/products/useCategories';
import { useProducts } from '@/features/products/useProducts';
import { unitsOf } from '@/features/purchasing/wanted';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { useTyped } from '@/shell/useTyped';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { QuantityField } from '@/ui/Choice';
import { SearchField, SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, useReason } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { CountDialog } from './CountDialog';
import { StockTabs } from './StockTabs';
import { type Compared, useCompare } from './useCount';
import { useLocations } from './useLocations';

type Row = Pick<Product, 'id' | 'name' | 'sku' | 'category'>;

/** What was typed, kept while pages and filters change; each with the name it was typed beside. */
type Typed = ReadonlyMap<string, { readonly name: string; readonly text: string }>;

function Filters({
  location,
  search,
  category,
}: Record<'location' | 'search' | 'category', string>) {
  const { t } = useWords();
  const [typed, setTyped] = useTyped(search);
  const locations = useLocations().data?.items ?? [];
  const categories = useCategories().data?.items ?? [];
  return (
    <div className="mb-4 grid items-end gap-3 sm:grid-cols-3">
      <SelectField
        label={t('col.location')}
        value={location}
        options={locations.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(value) => changeUrl({ location: value })}
      />
      <SelectField
        label={t('products.category')}
        value={category}
        options={[
          { value: '', label: t('products.all') },
          ...categories.map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(value) => changeUrl({ category: value, q: null, cursor: null })}
      />
      <SearchField
        label={t('products.search')}
        placeholder={t('products.search.hint')}
        value={typed}
        dir="auto"
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}

interface SheetProps {
  rows: readonly Row[];
  stale: boolean;
  typed: Typed;
  onType: (row: Row, text: string) => void;
}

function Sheet({ rows, stale, typed, onType }: SheetProps) {
  const { t } = useWords();
  const columns: Column<Row>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => <ProductName id={row.id} name={row.name} sku={row.sku} />,
    },
    {
      key: 'category',
      head: t('products.category'),
      from: 'md',
      cell: (row) => <bdi>{row.category}</bdi>,
    },
    {
      key: 'counted',
      head: t('count.counted'),
      figure: true,
      cell: (row) => {
        const text = typed.get(row.id)?.text ?? '';
        return (
          <QuantityField
            label={t('count.countedOf', { name: row.name })}
            min={0}
            value={text}
            aria-invalid={(text !== '' && unitsOf(text) === null) || undefined}
            onChange={(event) => onType(row, event.target.value)}
          />
        );
      },
    },
  ];
  return (
    <Table
      label={t('count.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      stale={stale}
    />
  );
}

/** A count of many products at one location. The books stay out of sight until it is compared. */
function Count({ location }: { location: string }) {
  const { t } = useWords();
  const why = useReason();
  const search = useParam('q') ?? '';
  const category = useParam('category') ?? '';
  const cursor = useParam('cursor');
  const query = useProducts({ search, category, status: 'active', sort: 'name' }, cursor);
  const [typed, setTyped] = useState<Typed>(new Map());
  const [rows, setRows] = useState<readonly Compared[] | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const compare = useCompare();
  const filled = [...typed].filter(([, { text }]) => text.trim() !== '');
  const counts = filled.flatMap(([id, { name, text }]) => {
    const counted = unitsOf(text);
    return counted === null ? [] : [{ id, name, counted }];
  });
  const drop = (id: string) =>
    setTyped((before) => new Map([...before].filter(([each]) => each !== id)));
  return (
    <>
      <Filters location={location} search={search} category={category} />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="text-sm">
          {done === null ? t('count.filled', { n: counts.length }) : t('count.done', { n: done })}
        </p>
        <Button
          kind="primary"
          busy={compare.isPending}
          disabled={counts.length === 0 || counts.length < filled.length}
          onClick={() => compare.mutate({ location, counts }, { onSuccess: setRows })}
        >
          {t('count.compare')}
        </Button>
      </div>
      {compare.error && (
        <Banner tone="bad" alert>
          {why(compare.error)}
        </Banner>
      )}
      <Listing query={query} cursor={cursor} none={<EmptyState title={t('products.none')} />}>
        {(items, stale) => (
          <Sheet
            rows={items}
            stale={stale}
            typed={typed}
            onType={(row, text) => {
              setDone(null);
              setTyped(new Map(typed).set(row.id, { name: row.name, text }));
            }}
          />
        )}
      </Listing>
      {rows && (
        <CountDialog
          location={location}
          rows={rows}
          onTaken={drop}
          onDone={(n) => {
            setRows(null);
            setDone(n);
          }}
          onClose={() => setRows(null)}
        />
      )}
    </>
  );
}

export function CountPage() {
  const { t } = useWords();
  const wanted = useParam('location');
  const locations = useLocations().data?.items ?? [];
  const location =
    locations.find(({ id }) => id === wanted) ?? locations.find((each) => each.default);
  return (
    <>
      <StockTabs here="/inventory/count/" />
      <PageTitle title={t('count.title')} text={t('count.text')} />
      {location && <Count key={location.id} location={location.id} />}
    </>
  );
}
