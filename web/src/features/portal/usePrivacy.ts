'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Preferences } from '@/api/types';

const path = (customer_id: string) => ({ path: { customer_id } });
const PREFERENCES = ['my', 'preferences'];

export function usePreferences(id: string) {
  return useQuery({
    queryKey: [...PREFERENCES, id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/customers/{customer_id}/preferences', { params: path(id), signal })),
  });
}

type Change = Pick<Preferences, 'version' | 'name' | 'phone' | 'consent'>;

export function useChangePreferences(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) =>
      ok(api.PATCH('/v1/customers/{customer_id}/preferences', { params: path(id), body })),
    onSuccess: (after) => queries.setQueryData([...PREFERENCES, id], after),
  });
}

/** Every record that is kept, page by page; `told` hears how many there are so far. */
export async function everything(id: string, told: (count: number) => void) {
  const records: unknown[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 200, ...(cursor && { cursor }) };
    const page: { items: unknown[]; next_cursor?: string | null } = await ok(
      api.GET('/v1/customers/{customer_id}/export', { params: { ...path(id), query } }),
    );
    records.push(...page.items);
    told(records.length);
    cursor = page.next_cursor ?? null;
  } while (cursor);
  return records;
}

export function useErase(id: string) {
  return useMutation({
    mutationFn: () => ok(api.DELETE('/v1/customers/{customer_id}', { params: path(id) })),
  });
}

/** How far the erasure is; asks again each second until the account is gone as well. */
export function useErasure(id: string | null, going: boolean) {
  return useQuery({
    queryKey: ['my', 'erasure', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/customers/{customer_id}/erasure', { params: path(id ?? ''), signal })),
    enabled: going && id !== null,
    refetchInterval: (query) => (query.state.data?.state === 'done' ? false : 1000),
    retry: false,
  });
}
