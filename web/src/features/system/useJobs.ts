'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { api, ok } from '@/api/client';
import type { JobRun } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = '' | (typeof JOB_STATES)[number];
export const JOBS_KEY = ['jobs'];

const FACTS: Facts<JobRun> = {
  title: (row) => row.title,
  name: (row) => row.name,
  state: (row) => row.state,
  created_at: (row) => row.created_at,
  started_at: (row) => row.started_at,
  ended_at: (row) => row.ended_at,
  seconds: (row) =>
    row.started_at && row.ended_at
      ? (Date.parse(row.ended_at) - Date.parse(row.started_at)) / 1000
      : null,
  error: (row) => row.error,
};

/** Jobs, newest first; of one state where it is given. */
export function useJobs(state: JobState) {
  return useRows(
    {
      key: [...JOBS_KEY, state],
      page: (place, more) => {
        const query = { ...place, ...(state && { state }) };
        return ok(api.GET('/v1/jobs', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}

const ENDED: readonly string[] = ['done', 'failed', 'cancelled'];

/** A job that was asked for here, looked at until it has ended; `onEnd` is then called once. */
export function useJob(id: string | null, onEnd: () => void) {
  const told = useEffectEvent(onEnd);
  const query = useQuery({
    queryKey: [...JOBS_KEY, 'one', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/jobs/{job_id}', { params: { path: { job_id: id ?? '' } }, signal })),
    enabled: id !== null,
    refetchInterval: ({ state }) =>
      state.data && ENDED.includes(state.data.state) ? false : 1_000,
  });
  const ended = query.data !== undefined && ENDED.includes(query.data.state);
  useEffect(() => {
    if (ended) told();
  }, [ended]);
  return { job: query.data, error: query.error, ended };
}

export function useCancelJob() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      ok(api.POST('/v1/jobs/{job_id}/cancel', { params: { path: { job_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: JOBS_KEY }),
  });
}
