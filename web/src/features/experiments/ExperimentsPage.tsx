'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { Experiment } from '@/api/types';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { ButtonLink } from '@/ui/ButtonLink';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { StatusBadge } from './StatusBadge';
import { EXPERIMENTS_KEY, STATES, useExperiments } from './useExperiments';

interface TableProps extends Sorting {
  rows: readonly Experiment[];
  stale: boolean;
}

function ExperimentTable({ rows, stale, ...sorting }: TableProps) {
  const { t, said, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const metricOf = (row: Experiment) => {
    const name = row.metrics.find((metric) => metric.role === 'primary')?.name ?? '';
    return said(`experiment.metric.${name}`, name.replaceAll('_', ' '));
  };
  const columns: Column<Experiment>[] = [
    {
      key: 'name',
      head: t('exp.name'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <span className="grid">
          <AppLink href={`/experiment/?id=${encodeURIComponent(row.id)}`} className="font-medium">
            <bdi>{row.name}</bdi>
          </AppLink>
          <bdi className="text-ink-2 text-xs">{row.key}</bdi>
        </span>
      ),
    },
    {
      key: 'status',
      head: t('col.status'),
      sort: 'status',
      cell: (row) => <StatusBadge status={row.status ?? 'draft'} />,
    },
    {
      key: 'variants',
      head: t('exp.variants'),
      from: 'md',
      cell: (row) => (
        <bdi>{row.variants.map((variant) => variant.name || variant.key).join(' / ')}</bdi>
      ),
    },
    {
      key: 'metric',
      head: t('exp.judgedBy'),
      sort: 'metric',
      from: 'lg',
      cell: (row) => <bdi className="inline-block first-letter:uppercase">{metricOf(row)}</bdi>,
    },
    {
      key: 'started',
      head: t('exp.started'),
      figure: true,
      sort: 'started_at',
      from: 'sm',
      cell: (row) => (row.started_at ? fmt.moment(format, row.started_at, timeZone) : '–'),
    },
  ];
  return (
    <Table
      label={t('nav.experiments')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function ExperimentsPage() {
  const { t } = useWords();
  const status = oneOf(useParam('status'), ['', ...STATES]);
  const list = useExperiments(status);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: EXPERIMENTS_KEY }));
  useLiveChannel('experiments', reread);
  const create = <ButtonLink href="/experiments/new/">{t('exp.new')}</ButtonLink>;
  return (
    <>
      <PageTitle title={t('nav.experiments')} text={t('exp.text')} actions={create} />
      <ListTools
        rows={list}
        label={t('nav.experiments')}
        name="experiments"
        usual={t('products.sort.newest')}
        orders={[
          ['created_at', t('po.created')],
          ['name', t('exp.name')],
          ['status', t('col.status')],
          ['started_at', t('exp.started')],
        ]}
      >
        <SelectField
          label={t('col.status')}
          value={status}
          options={[
            { value: '', label: t('list.all') },
            ...STATES.map((value) => ({ value, label: t(`exp.status.${value}`) })),
          ]}
          onChange={(value) => changeUrl({ status: value, cursor: null })}
        />
      </ListTools>
      <Listing
        {...list}
        none={
          <EmptyState
            icon="flask"
            title={t(status || list.find ? 'exp.none.here' : 'exp.none')}
            text={t(status || list.find ? 'list.none.text' : 'exp.none.text')}
            action={status || list.find ? undefined : create}
          />
        }
      >
        {(rows, stale) => <ExperimentTable rows={rows} stale={stale} {...list.sorting} />}
      </Listing>
    </>
  );
}
