'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => ok(api.GET('/v1/ml/models', { signal })),
  });
}

/** A model with what answers now and what was seen of it last. */
export function useModel(name: string) {
  return useQuery({
    queryKey: ['models', name],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/ml/models/{name}', { params: { path: { name } }, signal })),
  });
}

export function useVersions(name: string, cursor: string | null) {
  return useQuery({
    queryKey: ['models', name, 'versions', cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 20, ...(cursor && { cursor }) };
      const params = { path: { name }, query };
      return ok(api.GET('/v1/ml/models/{name}/versions', { params, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** The newest decisions. */
export function useChanges(name: string) {
  return useQuery({
    queryKey: ['models', name, 'changes'],
    queryFn: ({ signal }) => {
      const params = { path: { name }, query: { limit: 20 } };
      return ok(api.GET('/v1/ml/models/{name}/changes', { params, signal }));
    },
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
