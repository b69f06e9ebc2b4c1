'use client';

import { type FormEvent, useState } from 'react';
import { PageInsight } from '@/features/analyst/InsightCard';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Pager } from '@/shell/Pager';
import { useSort } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Button } from '@/ui/Button';
import { SearchField, SelectField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { OrdersTable } from './OrdersTable';
import { type OrderFilters, ordersFile, SORTS, STATUSES, useOrders } from './useOrders';

/** The server looks up one of number, status and customer; choosing one lets go of the others. */
function Filters({ filters, onSort }: { filters: OrderFilters; onSort: (to: string) => void }) {
  const { t } = useWords();
  const [number, setNumber] = useState(filters.number);
  const find = (event: FormEvent) => {
    event.preventDefault();
    const alone = { status: null, from: null, to: null, customer: null, cursor: null };
    changeUrl({ ...alone, number: number.trim() });
  };
  return (
    <form
      onSubmit={find}
      className="mb-4 grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(12rem,2fr)_1fr_1fr_1fr_1fr]"
    >
      <SearchField
        label={t('order.find')}
        placeholder={t('order.find')}
        value={number}
        dir="auto"
        onChange={(event) => {
          setNumber(event.target.value);
          if (event.target.value === '') changeUrl({ number: null, cursor: null });
        }}
      />
      <SelectField
        label={t('col.status')}
        value={filters.status}
        options={[
          { value: '', label: t('list.all') },
          ...STATUSES.map((value) => ({ value, label: t(`order.status.${value}`) })),
        ]}
        onChange={(status) => changeUrl({ status, number: null, customer: null, cursor: null })}
      />
      <TextField
        label={t('order.from')}
        type="date"
        value={filters.from}
        max={filters.to || undefined}
        onChange={(event) => changeUrl({ from: event.target.value, number: null, cursor: null })}
      />
      <TextField
        label={t('order.to')}
        type="date"
        value={filters.to}
        min={filters.from || undefined}
        onChange={(event) => changeUrl({ to: event.target.value, number: null, cursor: null })}
      />
      <SelectField
        label={t('products.sort')}
        value={filters.sort ?? SORTS[0]}
        disabled={filters.customer !== '' || filters.number !== ''}
        options={[
          { value: '-placed_at', label: t('products.sort.newest') },
          { value: 'placed_at', label: t('sort.oldest') },
        ]}
        onChange={onSort}
      />
    </form>
  );
}

export function OrdersPage() {
  const { t } = useWords();
  const { sort, onSort } = useSort(SORTS);
  const filters: OrderFilters = {
    status: oneOf(useParam('status'), ['', ...STATUSES]),
    number: useParam('number') ?? '',
    from: useParam('from') ?? '',
    to: useParam('to') ?? '',
    customer: useParam('customer') ?? '',
    sort,
  };
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useOrders(filters, cursor);
  const clear = () =>
    changeUrl({ status: null, number: null, from: null, to: null, customer: null, cursor: null });
  return (
    <>
      <PageTitle
        title={t('nav.orders')}
        actions={<ExportButton name="orders" file={() => ordersFile(filters)} />}
      />
      <PageInsight subject="orders" />
      <Filters key={filters.number} filters={filters} onSort={onSort} />
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState
            icon="search"
            title={t('order.none')}
            text={t('list.none.text')}
            action={<Button onClick={clear}>{t('products.clear')}</Button>}
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <OrdersTable
              orders={data.items}
              stale={isPlaceholderData}
              {...(!filters.customer && !filters.number && { sort, onSort })}
            />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
