'use client';

import type { AuditEntry } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField, TextField } from '@/ui/Field';
import { InOrder } from '@/ui/InOrder';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { AuditTools } from './AuditTools';
import { SystemFrame } from './SystemFrame';
import { type AuditFilters, useAudit } from './useAudit';
import { useActorName } from './useMembers';
import { useStatus } from './useStatus';

/** The changes that people ask about most; any other type is found by its name in the address. */
const TYPES = [
  'session.began',
  'session.ended',
  'user.created',
  'user.changed',
  'api-key.created',
  'api-key.revoked',
  'settings.changed',
  'product.changed',
  'stock.moved',
  'stock.counted',
  'supplier.changed',
  'purchase-order.changed',
  'forecast.overridden',
  'model.promoted',
  'alert-rule.changed',
  'import.finished',
  'job.changed',
] as const;

function useTypeName() {
  const { t, said } = useWords();
  return (type: string) => {
    const known = TYPES.find((each) => each === type);
    if (known) return t(`audit.type.${known}`);
    const plain = type.replaceAll(/[.-]/g, ' ');
    return said(`audit.type.${type}`, plain.charAt(0).toUpperCase() + plain.slice(1));
  };
}

function Details({ entry }: { entry: AuditEntry }) {
  const { t } = useWords();
  const facts = [
    ...Object.entries(entry.details).map(([name, value]) => [name, JSON.stringify(value)]),
    ['event', entry.event_id],
    ['previous', entry.previous],
    ['hash', entry.hash],
  ];
  return (
    <Disclosure summary={t('audit.details')}>
      <dl dir="ltr" className="grid gap-1 text-xs">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="inline text-ink-2">{name}: </dt>
            <dd className="inline break-all">{value}</dd>
          </div>
        ))}
      </dl>
    </Disclosure>
  );
}

interface LogProps extends Sorting {
  entries: readonly AuditEntry[];
  stale: boolean;
}

function Log({ entries, stale, ...sorting }: LogProps) {
  const { t, format } = useWords();
  const nameOf = useActorName();
  const typeOf = useTypeName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<AuditEntry>[] = [
    {
      key: 'what',
      head: t('audit.what'),
      names: true,
      sort: 'type',
      cell: (row) => (
        <span className="grid gap-0.5">
          <span className="font-medium">{typeOf(row.type)}</span>
          <bdi className="break-all text-ink-2 text-xs">{row.subject}</bdi>
          <Details entry={row} />
        </span>
      ),
    },
    {
      key: 'who',
      head: t('audit.who'),
      from: 'sm',
      cell: (row) => (
        <Button
          small
          kind="quiet"
          aria-label={t('audit.onlyOf', { name: nameOf(row.actor) })}
          onClick={() => changeUrl({ actor: row.actor, cursor: null })}
        >
          <bdi className="max-w-40 truncate">{nameOf(row.actor)}</bdi>
        </Button>
      ),
    },
    {
      key: 'when',
      head: t('audit.when'),
      sort: 'at',
      cell: (row) => fmt.moment(format, row.at, timeZone),
    },
    {
      key: 'network',
      head: t('audit.network'),
      sort: 'network',
      from: 'lg',
      cell: (row) => <bdi dir="ltr">{row.network ?? '–'}</bdi>,
    },
    {
      key: 'number',
      head: t('audit.number'),
      figure: true,
      sort: 'number',
      from: 'lg',
      cell: (row) => fmt.count(format, row.number),
    },
  ];
  return (
    <Table
      label={t('system.audit')}
      columns={columns}
      rows={entries}
      rowKey={(row) => String(row.number)}
      stale={stale}
      {...sorting}
    />
  );
}

function Filters({ filters }: { filters: AuditFilters }) {
  const { t } = useWords();
  const nameOf = useActorName();
  const typeOf = useTypeName();
  const { actor, type, from, to } = filters;
  const types = [...new Set<string>(['', ...TYPES, type])];
  const day = (name: 'from' | 'to', value: string) => (
    <TextField
      label={t(`audit.${name}`)}
      type="date"
      value={value}
      onChange={(event) => changeUrl({ [name]: event.target.value, cursor: null })}
    />
  );
  return (
    <div className="mb-4 grid items-end gap-3 min-[24rem]:max-sm:grid-cols-2 min-[24rem]:max-sm:*:first:col-span-2 sm:grid-cols-[minmax(0,18rem)_10rem_10rem_auto]">
      <SelectField
        label={t('audit.what')}
        value={type}
        options={types.map((value) => ({ value, label: value ? typeOf(value) : t('list.all') }))}
        onChange={(value) => changeUrl({ type: value, cursor: null })}
      />
      {day('from', from)}
      {day('to', to)}
      {actor && (
        <Button icon="close" onClick={() => changeUrl({ actor: null, cursor: null })}>
          {t('audit.of', { name: nameOf(actor) })}
        </Button>
      )}
    </div>
  );
}

export function AuditPage() {
  const { t } = useWords();
  const filters = {
    actor: useParam('actor') ?? '',
    type: useParam('type') ?? '',
    from: useParam('from') ?? '',
    to: useParam('to') ?? '',
  };
  const list = useAudit(filters);
  return (
    <SystemFrame here="/system/audit/" text="audit.text">
      <Filters filters={filters} />
      <InOrder className="grid gap-4">
        <div>
          <ListTools
            rows={list}
            label={t('system.audit')}
            name="audit-log"
            usual={t('products.sort.newest')}
            orders={[
              ['at', t('audit.when')],
              ['type', t('audit.what')],
              ['subject', t('list.subject')],
            ]}
          />
          <Listing
            {...list}
            none={<EmptyState title={t('audit.none')} text={t('list.none.text')} />}
          >
            {(rows, stale) => <Log entries={rows} stale={stale} {...list.sorting} />}
          </Listing>
        </div>
        <AuditTools />
      </InOrder>
    </SystemFrame>
  );
}
