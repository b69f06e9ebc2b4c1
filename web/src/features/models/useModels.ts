'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Model, ModelChange, ModelVersion } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

/** When a model learnt last, whether it was accepted or only fitted again. */
export function trainedAt({ standing }: Model): string | null {
  const times = [standing.last_refit_at, standing.last_trained_at];
  return (
    times
      .filter((at) => at != null)
      .sort()
      .at(-1) ?? null
  );
}

const MODEL_FACTS: Facts<Model> = {
  name: (row) => row.name,
  title: (row) => row.title,
  version: (row) => row.standing.now?.default,
  trained_at: trainedAt,
  metric: (row) => row.metric,
  margin: (row) => row.margin,
  least_origins: (row) => row.least_origins,
  drift: (row) => row.standing.drift ?? 'unknown',
};

/** All of them: they come in one answer. */
export function useModels() {
  return useRows(
    { key: ['models', 'list'], page: (_, more) => ok(api.GET('/v1/ml/models', more)) },
    MODEL_FACTS,
  );
}

/** A model with what answers now and what was seen of it last. */
export function useModel(name: string) {
  return useQuery({
    queryKey: ['models', name],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/ml/models/{name}', { params: { path: { name } }, signal })),
  });
}

const VERSION_FACTS: Facts<ModelVersion> = {
  version: (row) => row.version,
  algorithm: (row) => row.algorithm,
  state: (row) => row.state,
  trained_at: (row) => row.trained_at,
  first_day: (row) => row.data.first_day,
  last_day: (row) => row.data.last_day,
  code: (row) => row.code,
};

export function useVersions(name: string) {
  const path = { name };
  return useRows(
    {
      key: ['models', name, 'versions'],
      size: 20,
      page: (query, more) =>
        ok(api.GET('/v1/ml/models/{name}/versions', { params: { path, query }, ...more })),
    },
    VERSION_FACTS,
    'versions',
  );
}

const CHANGE_FACTS: Facts<ModelChange> = {
  at: (row) => row.at,
  kind: (row) => row.kind,
  version: (row) => row.version,
  reason: (row) => row.reason,
};

/** What was decided of its versions, newest first. */
export function useChanges(name: string) {
  const path = { name };
  return useRows(
    {
      key: ['models', name, 'changes'],
      size: 20,
      page: (query, more) =>
        ok(api.GET('/v1/ml/models/{name}/changes', { params: { path, query }, ...more })),
    },
    CHANGE_FACTS,
    'decisions',
  );
}

/** The model trained elsewhere, whose weights the shop put on its machine. */
export function useFoundation() {
  return useQuery({
    queryKey: ['models', 'forecast', 'foundation'],
    queryFn: ({ signal }) => ok(api.GET('/v1/forecasts/foundation', { signal })),
  });
}

export function useContest() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ok(api.POST('/v1/forecasts/foundation/contest')),
    onSettled: () => queries.invalidateQueries({ queryKey: ['models'] }),
  });
}

export function useTrain(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ok(api.POST('/v1/ml/models/{name}/train', { params: { path: { name } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['models'] }),
  });
}

/** Goes back to what answered before the last decision. */
export function useRollBack(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => {
      const params = { path: { name } };
      return ok(api.POST('/v1/ml/models/{name}/rollback', { params, body: { reason } }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['models'] }),
  });
}
