'use client';

import { useState } from 'react';
import { useMay } from '@/features/auth/usePermissions';
import { ProductById } from '@/features/products/ProductById';
import { ProductPicker } from '@/features/products/ProductPicker';
import { useActorName } from '@/features/system/useMembers';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Ask } from '@/ui/Ask';
import { Badge, type Tone } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { ForecastTabs } from './ForecastTabs';
import { OverrideForm } from './OverrideForm';
import { type Override, useOverrides, useWithdraw } from './useOverrides';

const TONES: Record<Override['state'], Tone> = {
  planned: 'accent',
  active: 'good',
  expired: 'neutral',
  withdrawn: 'neutral',
};

/** Whether knowing better helped, once its days are over. */
function Worth({ override }: { override: Override }) {
  const { t, format } = useWords();
  const added = override.worth?.value_added;
  if (added == null) return <span className="text-ink-2">{t('overrides.tooEarly')}</span>;
  return (
    <Badge tone={added > 0 ? 'good' : 'bad'}>
      {t(added > 0 ? 'overrides.better' : 'overrides.worse', {
        share: fmt.changeSize(format, added),
      })}
    </Badge>
  );
}

interface TableProps extends Sorting {
  rows: readonly Override[];
  stale: boolean;
  onWithdraw: (override: Override) => void;
}

function OverrideTable({ rows, stale, onWithdraw, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const may = useMay('forecasts:write');
  const nameOf = useActorName();
  const columns: Column<Override>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => (
        <span className="grid gap-1">
          <ProductById id={row.product_id} />
          <bdi className="max-w-xs text-sm">{row.reason}</bdi>
          <bdi className="text-ink-2 text-xs">
            {nameOf(row.author)} · {fmt.day(format, row.created_at.slice(0, 10))}
          </bdi>
        </span>
      ),
    },
    {
      key: 'days',
      head: t('overrides.days'),
      sort: 'first_day',
      from: 'sm',
      cell: (row) => (
        <span className="grid">
          {t('dashboard.period', {
            from: fmt.day(format, row.first_day, 'tick'),
            to: fmt.day(format, row.last_day, 'tick'),
          })}
          <span className="text-ink-2 text-xs">
            {t('overrides.until', { day: fmt.day(format, row.expires.slice(0, 10), 'tick') })}
          </span>
        </span>
      ),
    },
    {
      key: 'change',
      head: t('overrides.change'),
      figure: true,
      cell: (row) =>
        row.multiplier !== null
          ? fmt.signedShare(format, row.multiplier - 1)
          : t('overrides.daily', { n: row.units_per_day ?? 0 }),
    },
    {
      key: 'state',
      head: t('jobs.state'),
      from: 'sm',
      sort: 'state',
      cell: (row) => <Badge tone={TONES[row.state]}>{t(`overrides.state.${row.state}`)}</Badge>,
    },
    {
      key: 'worth',
      head: t('overrides.worth'),
      sort: 'value_added',
      from: 'md',
      cell: (row) => <Worth override={row} />,
    },
    {
      key: 'do',
      head: t('jobs.do'),
      cell: (row) =>
        may &&
        (row.state === 'planned' || row.state === 'active') && (
          <Button
            small
            aria-label={`${t('overrides.withdraw')}: ${row.reason}`}
            onClick={() => onWithdraw(row)}
          >
            {t('overrides.withdraw')}
          </Button>
        ),
    },
  ];
  return (
    <Table
      label={t('overrides.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function OverridesPage() {
  const { t } = useWords();
  const product = useParam('id') ?? '';
  const list = useOverrides(product);
  const withdraw = useWithdraw();
  const may = useMay('forecasts:write');
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Override | null>(null);
  const close = () => {
    setAsked(null);
    withdraw.reset();
  };
  return (
    <>
      <ForecastTabs here="/forecasts/overrides/" />
      <PageTitle
        title={t('overrides.title')}
        text={t('overrides.text')}
        actions={
          may && (
            <Button kind="primary" onClick={() => setAdding(true)}>
              {t('overrides.make')}
            </Button>
          )
        }
      />
      <div className="mb-4 flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 sm:max-w-md">
          <ProductPicker
            label={t('overrides.filter')}
            onPick={({ id }) => changeUrl({ id, cursor: null })}
          />
        </div>
        {product && (
          <Button icon="close" onClick={() => changeUrl({ id: null, cursor: null })}>
            {t('overrides.all')}
          </Button>
        )}
      </div>
      <ListTools
        rows={list}
        label={t('overrides.title')}
        name="overrides"
        usual={t('products.sort.newest')}
        orders={[
          ['created_at', t('po.created')],
          ['first_day', t('overrides.days')],
          ['state', t('jobs.state')],
          ['value_added', t('overrides.worth')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState title={t('overrides.none')} text={t('overrides.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <OverrideTable rows={rows} stale={stale} onWithdraw={setAsked} {...list.sorting} />
        )}
      </Listing>
      <Dialog title={t('overrides.make')} open={adding} onClose={() => setAdding(false)}>
        <OverrideForm product={product || null} onClose={() => setAdding(false)} />
      </Dialog>
      <Ask
        title={t('overrides.withdraw.ask')}
        text={asked && <ProductById id={asked.product_id} />}
        confirm={t('overrides.withdraw')}
        open={asked !== null}
        busy={withdraw.isPending}
        error={withdraw.error}
        onConfirm={() => asked && withdraw.mutate(asked.id, { onSuccess: close })}
        onClose={close}
      />
    </>
  );
}
