'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { Experiment } from '@/api/types';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { StatusBadge } from './StatusBadge';
import { EXPERIMENTS_KEY, STATES, useExperiments } from './useExperiments';

function ExperimentTable({ rows, stale }: { rows: readonly Experiment[]; stale: boolean }) {
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
      from: 'lg',
      cell: (row) => <bdi className="inline-block first-letter:uppercase">{metricOf(row)}</bdi>,
    },
    {
      key: 'started',
      head: t('exp.started'),
      figure: true,
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
    />
  );
}

export function ExperimentsPage() {
  const { t } = useWords();
  const status = oneOf(useParam('status'), ['', ...STATES]);
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useExperiments(status, cursor);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: EXPERIMENTS_KEY }));
  useLiveChannel('experiments', reread);
  const create = <AppLink href="/experiments/new/">{t('exp.new')}</AppLink>;
  return (
    <>
      <PageTitle title={t('nav.experiments')} text={t('exp.text')} actions={create} />
      <div className="mb-4 sm:w-48">
        <SelectField
          label={t('col.status')}
          value={status}
          options={[
            { value: '', label: t('list.all') },
            ...STATES.map((value) => ({ value, label: t(`exp.status.${value}`) })),
          ]}
          onChange={(value) => changeUrl({ status: value, cursor: null })}
        />
      </div>
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState
            icon="flask"
            title={t(status ? 'exp.none.here' : 'exp.none')}
            text={t(status ? 'list.none.text' : 'exp.none.text')}
            action={status ? undefined : create}
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <ExperimentTable rows={data.items} stale={isPlaceholderData} />
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
