'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';

const KEY = ['api-keys'];

export function useKeys(cursor: string | null) {
  return useQuery({
    queryKey: [...KEY, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...(cursor && { cursor }) };
      return ok(api.GET('/v1/auth/api-keys', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export interface NewKey {
  readonly name: string;
  readonly permissions: string[];
  readonly expires_in_days: number;
}

export function useMakeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) => ok(api.POST('/v1/auth/api-keys', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRevokeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE('/v1/auth/api-keys/{key_id}', { params: { path: { key_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
