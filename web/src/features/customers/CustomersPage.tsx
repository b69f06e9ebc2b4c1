'use client';

import type { Customer } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { useTyped } from '@/shell/useTyped';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { SearchField, SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { SORTS, STATUSES, useCustomers } from './useCustomers';

function CustomerTable({ rows, stale }: { rows: readonly Customer[]; stale: boolean }) {
  const { t, format } = useWords();
  const columns: Column<Customer>[] = [
    {
      key: 'name',
      head: t('products.sort.name'),
      names: true,
      cell: (row) => (
        <AppLink href={`/customer/?id=${encodeURIComponent(row.id)}`} className="font-medium">
          <bdi>{row.name}</bdi>
        </AppLink>
      ),
    },
    {
      key: 'email',
      head: t('customer.email'),
      cell: (row) => <bdi className="wrap-anywhere">{row.email ?? '–'}</bdi>,
    },
    {
      key: 'phone',
      head: t('customer.phone'),
      from: 'md',
      cell: (row) => <bdi>{row.phone ?? '–'}</bdi>,
    },
    {
      key: 'since',
      head: t('customer.since'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.day(format, row.created_at.slice(0, 10)),
    },
  ];
  return (
    <Table
      label={t('customer.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      stale={stale}
    />
  );
}

export function CustomersPage() {
  const { t } = useWords();
  const search = useParam('q') ?? '';
  const status = oneOf(useParam('status'), STATUSES);
  const sort = oneOf(useParam('sort'), SORTS);
  const cursor = useParam('cursor');
  const [typed, setTyped] = useTyped(search);
  const { data, error, refetch, isPlaceholderData } = useCustomers(
    { search, status, sort },
    cursor,
  );
  return (
    <>
      <PageTitle title={t('customer.title')} text={t('customer.title.text')} />
      {/* biome-ignore lint/a11y/useSemanticElements: <search> is not known to all browsers yet */}
      <form
        role="search"
        onSubmit={(event) => event.preventDefault()}
        className="mb-4 grid items-end gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)]"
      >
        <SearchField
          label={t('products.search')}
          placeholder={t('customer.search')}
          value={typed}
          dir="auto"
          onChange={(event) => setTyped(event.target.value)}
        />
        <SelectField
          label={t('col.status')}
          value={status}
          options={STATUSES.map((value) => ({ value, label: t(`products.${value}`) }))}
          onChange={(value) =>
            changeUrl({ status: value === 'active' ? null : value, cursor: null })
          }
        />
        <SelectField
          label={t('products.sort')}
          value={sort}
          disabled={search !== ''}
          options={[
            { value: '-created_at', label: t('products.sort.newest') },
            { value: 'name', label: t('products.sort.name') },
          ]}
          onChange={(value) =>
            changeUrl({ sort: value === '-created_at' ? null : value, cursor: null })
          }
        />
      </form>
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState
            icon="search"
            title={t('customer.none')}
            text={t('list.none.text')}
            action={
              <Button onClick={() => changeUrl({ q: null, status: null, cursor: null })}>
                {t('products.clear')}
              </Button>
            }
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <CustomerTable rows={data.items} stale={isPlaceholderData} />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
