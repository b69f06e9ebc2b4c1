'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = '' | (typeof JOB_STATES)[number];
export const JOBS_KEY = ['jobs'];

/** A page of jobs, newest first; of one state where it is given. */
export function useJobs(state: JobState, cursor: string | null) {
  return useQuery({
    queryKey: [...JOBS_KEY, state, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...(state && { state }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/jobs', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useCancelJob() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      ok(api.POST('/v1/jobs/{job_id}/cancel', { params: { path: { job_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: JOBS_KEY }),
  });
}
