'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { ApiKey } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const KEY = ['api-keys'];

const FACTS: Facts<ApiKey> = {
  name: (row) => row.name,
  owner: (row) => row.owner,
  created_at: (row) => row.created_at,
  last_used_at: (row) => row.last_used_at,
  expires_at: (row) => row.expires_at,
  permissions: (row) => row.permissions.join(' '),
};

export function useKeys() {
  return useRows(
    {
      key: KEY,
      page: (query, more) => ok(api.GET('/v1/auth/api-keys', { params: { query }, ...more })),
    },
    FACTS,
  );
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
