'use client';

import type { Customer } from '@/api/types';
import { PageInsight } from '@/features/analyst/InsightCard';
import { segmentName } from '@/features/segments/names';
import { useSegments } from '@/features/segments/useSegments';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Pager } from '@/shell/Pager';
import { type Sorting, useSort } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { useTyped } from '@/shell/useTyped';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { SearchField, SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { customersFile, SORTS, STATUSES, useCustomers } from './useCustomers';

interface TableProps extends Sorting {
  rows: readonly Customer[];
  stale: boolean;
}

function CustomerTable({ rows, stale, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const columns: Column<Customer>[] = [
    {
      key: 'name',
      head: t('products.sort.name'),
      names: true,
      sort: 'name',
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
      sort: 'created_at',
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
      {...sorting}
    />
  );
}

export function CustomersPage() {
  const { t, said } = useWords();
  const search = useParam('q') ?? '';
  const status = oneOf(useParam('status'), STATUSES);
  const { sort, onSort } = useSort(SORTS);
  const segment = useParam('segment') ?? '';
  const segments = useSegments().data?.items ?? [];
  const cursor = useParam('cursor');
  const [typed, setTyped] = useTyped(search);
  const filters = { search, status, sort, segment };
  const { data, error, refetch, isPlaceholderData } = useCustomers(filters, cursor);
  return (
    <>
      <PageTitle
        title={t('customer.title')}
        text={t('customer.title.text')}
        actions={
          <div className="flex flex-wrap items-center gap-3">
            <AppLink href="/customers/duplicates/" className="text-sm">
              {t('merge.title')}
            </AppLink>
            <ExportButton name="customers" file={() => customersFile(filters)} />
          </div>
        }
      />
      <PageInsight subject="customers" />
      {/* biome-ignore lint/a11y/useSemanticElements: <search> is not known to all browsers yet */}
      <form
        role="search"
        onSubmit={(event) => event.preventDefault()}
        className="mb-4 grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)]"
      >
        <SearchField
          label={t('products.search')}
          placeholder={t('customer.search')}
          value={typed}
          dir="auto"
          disabled={segment !== ''}
          onChange={(event) => setTyped(event.target.value)}
        />
        <SelectField
          label={t('customer.inSegment')}
          value={segment}
          options={[
            { value: '', label: t('customer.everybody') },
            ...segments.map((one) => ({ value: one.id, label: segmentName(one, said) })),
            ...(segment && !segments.some((one) => one.id === segment)
              ? [{ value: segment, label: segment }]
              : []),
          ]}
          onChange={(value) =>
            changeUrl({ segment: value || null, q: null, sort: null, cursor: null })
          }
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
          disabled={search !== '' || segment !== ''}
          options={[
            { value: '-created_at', label: t('products.sort.newest') },
            { value: 'created_at', label: t('sort.oldest') },
            { value: 'name', label: t('products.sort.name') },
            { value: '-name', label: t('sort.nameDown') },
          ]}
          onChange={onSort}
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
              <Button
                onClick={() => changeUrl({ q: null, status: null, segment: null, cursor: null })}
              >
                {t('products.clear')}
              </Button>
            }
          />
        )}
        {!error && data?.items.length === 0 && data.next_cursor && (
          // Nobody of this page is left, or has this status; others follow.
          <Pager shown={0} cursor={cursor} next={data.next_cursor} />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <CustomerTable
              rows={data.items}
              stale={isPlaceholderData}
              {...(!search && !segment && { sort, onSort })}
            />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
