'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JobRun } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Ask } from '@/ui/Ask';
import { Badge, type Tone } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { Progress } from '@/ui/Progress';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { SystemFrame } from './SystemFrame';
import { JOB_STATES, JOBS_KEY, useCancelJob, useJobs } from './useJobs';
import { useStatus } from './useStatus';

const TONES: Readonly<Record<string, Tone>> = {
  running: 'accent',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

function What({ job }: { job: JobRun }) {
  const { t, said } = useWords();
  const { step = '', done = 0, total = 0 } = job;
  const title = said(`job.${job.name}`, job.title);
  return (
    <span className="grid max-w-xl gap-1">
      <bdi className="font-medium">{title}</bdi>
      {job.error ? (
        <bdi className="text-bad text-xs">{job.error}</bdi>
      ) : (
        step && <bdi className="text-ink-2 text-xs">{step}</bdi>
      )}
      {job.state === 'running' && total > 0 && (
        <>
          <Progress label={title} done={done} total={total} />
          <span className="figures text-ink-2 text-xs">{t('jobs.of', { done, total })}</span>
        </>
      )}
    </span>
  );
}

/** How long it has taken, in words. */
function useTook() {
  const { t } = useWords();
  return ({ started_at: from, ended_at: to }: JobRun) => {
    if (!from || !to) return '–';
    const seconds = Math.max(Math.round((Date.parse(to) - Date.parse(from)) / 1000), 0);
    if (seconds === 0) return t('jobs.moment');
    return seconds < 120
      ? t('jobs.seconds', { n: seconds })
      : t('jobs.minutes', { n: Math.round(seconds / 60) });
  };
}

interface TableProps extends Sorting {
  jobs: readonly JobRun[];
  stale: boolean;
  onCancel: (job: JobRun) => void;
}

function JobTable({ jobs, stale, onCancel, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const took = useTook();
  const mayCancel = useMay('jobs:write');
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const stateOf = (name: string) => JOB_STATES.find((each) => each === name);
  const columns: Column<JobRun>[] = [
    {
      key: 'what',
      head: t('jobs.job'),
      names: true,
      sort: 'title',
      cell: (row) => <What job={row} />,
    },
    {
      key: 'state',
      head: t('jobs.state'),
      sort: 'state',
      cell: (row) => {
        const state = stateOf(row.state);
        return (
          <Badge tone={TONES[row.state] ?? 'neutral'}>
            {row.cancel && row.state === 'running'
              ? t('jobs.ending')
              : state
                ? t(`jobs.state.${state}`)
                : row.state}
          </Badge>
        );
      },
    },
    {
      key: 'asked',
      head: t('jobs.asked'),
      figure: true,
      from: 'md',
      sort: 'created_at',
      cell: (row) => fmt.moment(format, row.created_at, timeZone),
    },
    { key: 'took', head: t('jobs.took'), figure: true, from: 'lg', sort: 'seconds', cell: took },
  ];
  const ends = (row: JobRun) =>
    mayCancel && ['queued', 'running'].includes(row.state) && !row.cancel;
  if (jobs.some(ends)) {
    columns.push({
      key: 'do',
      head: t('jobs.do'),
      cell: (row) =>
        ends(row) && (
          <Button
            small
            aria-label={`${t('jobs.cancel')}: ${row.title}`}
            onClick={() => onCancel(row)}
          >
            {t('jobs.cancel')}
          </Button>
        ),
    });
  }
  return (
    <Table
      label={t('system.jobs')}
      columns={columns}
      rows={jobs}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function JobsPage() {
  const { t, said } = useWords();
  const state = oneOf(useParam('state'), ['', ...JOB_STATES]);
  const list = useJobs(state);
  const cancel = useCancelJob();
  const [asked, setAsked] = useState<JobRun | null>(null);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: JOBS_KEY }));
  useLiveChannel('system', reread);
  const close = () => {
    setAsked(null);
    cancel.reset();
  };
  return (
    <SystemFrame here="/system/jobs/" text="jobs.text">
      <ListTools
        rows={list}
        label={t('system.jobs')}
        name="jobs"
        usual={t('products.sort.newest')}
        orders={[
          ['title', t('jobs.job')],
          ['state', t('jobs.state')],
          ['created_at', t('jobs.asked')],
          ['seconds', t('jobs.took')],
        ]}
      >
        <SelectField
          label={t('jobs.state')}
          value={state}
          options={[
            { value: '', label: t('list.all') },
            ...JOB_STATES.map((value) => ({ value, label: t(`jobs.state.${value}`) })),
          ]}
          onChange={(value) => changeUrl({ state: value, cursor: null })}
        />
      </ListTools>
      <Listing
        {...list}
        none={
          <EmptyState
            title={t('jobs.none')}
            {...((state || list.find) && { text: t('list.none.text') })}
          />
        }
      >
        {(rows, stale) => (
          <JobTable jobs={rows} stale={stale} onCancel={setAsked} {...list.sorting} />
        )}
      </Listing>
      <Ask
        title={t('jobs.cancel.ask')}
        text={
          <>
            <p className="font-medium">
              <bdi>{asked && said(`job.${asked.name}`, asked.title)}</bdi>
            </p>
            <p className="mt-1 text-ink-2">{t('jobs.cancel.text')}</p>
          </>
        }
        confirm={t('jobs.cancel')}
        open={asked !== null}
        busy={cancel.isPending}
        error={cancel.error}
        onConfirm={() => asked && cancel.mutate(asked.id, { onSuccess: close })}
        onClose={close}
      />
    </SystemFrame>
  );
}
