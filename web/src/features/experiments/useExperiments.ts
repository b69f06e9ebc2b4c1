'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Experiment, NewExperiment, PowerRequest } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export const STATES = ['draft', 'running', 'stopped', 'shipped'] as const;
export const EXPERIMENTS_KEY = ['experiments'];
/** Results of one that runs are read again so often, since no message tells of single units. */
const EVERY_MS = 15_000;

const FACTS: Facts<Experiment> = {
  id: (row) => row.id,
  key: (row) => row.key,
  name: (row) => row.name,
  status: (row) => row.status,
  variants: (row) => row.variants.map((variant) => variant.key).join(' / '),
  metric: (row) => row.metrics.find((metric) => metric.role === 'primary')?.name,
  created_at: (row) => row.created_at,
  started_at: (row) => row.started_at,
};

/** Experiments, newest first; of one status where it is given. */
export function useExperiments(status: '' | (typeof STATES)[number]) {
  return useRows(
    {
      key: [...EXPERIMENTS_KEY, 'list', status],
      size: 25,
      served: ['-created_at', 'created_at'],
      page: (place, more) => {
        const query = { ...place, ...(status && { status }) };
        return ok(api.GET('/v1/experiments', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}

export function useExperiment(id: string) {
  return useQuery({
    queryKey: [...EXPERIMENTS_KEY, 'one', id],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/experiments/{experiment_id}', {
          params: { path: { experiment_id: id } },
          signal,
        }),
      ),
  });
}

export function useResults(experiment: Experiment) {
  const { id, status } = experiment;
  return useQuery({
    queryKey: [...EXPERIMENTS_KEY, 'results', id],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/experiments/{experiment_id}/results', {
          params: { path: { experiment_id: id } },
          signal,
        }),
      ),
    enabled: status !== 'draft',
    refetchInterval: status === 'running' ? EVERY_MS : false,
  });
}

/** What experiments may be judged by. */
export function useMetrics() {
  return useQuery({
    queryKey: [...EXPERIMENTS_KEY, 'metrics'],
    queryFn: ({ signal }) => ok(api.GET('/v1/experiments/metrics', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** How many units and days it takes; null asks nothing. */
export function usePower(asked: PowerRequest | null) {
  return useQuery({
    queryKey: [...EXPERIMENTS_KEY, 'power', asked],
    queryFn: ({ signal }) => {
      if (!asked) throw new Error('nothing is asked');
      return ok(api.POST('/v1/experiments/power', { body: asked, signal }));
    },
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useDraft() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewExperiment) => ok(api.POST('/v1/experiments', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: EXPERIMENTS_KEY }),
  });
}

export type Step =
  | { readonly what: 'start' }
  | { readonly what: 'stop'; readonly reason: string }
  | { readonly what: 'ship'; readonly variant: string };

export function useStep(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (step: Step) => {
      const params = { path: { experiment_id: id } };
      switch (step.what) {
        case 'start':
          return ok(api.POST('/v1/experiments/{experiment_id}/start', { params }));
        case 'stop': {
          const body = { reason: step.reason };
          return ok(api.POST('/v1/experiments/{experiment_id}/stop', { params, body }));
        }
        case 'ship': {
          const body = { variant: step.variant };
          return ok(api.POST('/v1/experiments/{experiment_id}/ship', { params, body }));
        }
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: EXPERIMENTS_KEY }),
  });
}
