'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { DuplicatePair } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const KEY = ['customers', 'duplicates'];

export function useDuplicates(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/customers/{customer_id}/duplicates', {
          params: { path: { customer_id: id } },
          signal,
        }),
      ),
  });
}

const FACTS: Facts<DuplicatePair> = {
  score: (row) => row.score,
  name: (row) => row.one.name,
  email: (row) => row.one.email,
  phone: (row) => row.one.phone,
  other_name: (row) => row.other.name,
  other_email: (row) => row.other.email,
  other_phone: (row) => row.other.phone,
  reasons: (row) => row.reasons.map((reason) => reason.text).join(', '),
  id: (row) => row.one.id,
  other_id: (row) => row.other.id,
};

/** Pairs of the whole shop, the likeliest first. */
export function usePairs() {
  return useRows(
    {
      key: [...KEY, 'pairs'],
      size: 25,
      page: (query, more) =>
        ok(api.GET('/v1/customers/duplicates', { params: { query }, ...more })),
    },
    FACTS,
  );
}

/** Asks for the job that compares all customers. */
export function useLook() {
  return useMutation({ mutationFn: () => ok(api.POST('/v1/customers/duplicates/look')) });
}

export function usePairsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: KEY });
}

function merge(keeps: string, other: string, dryRun: boolean, signal?: AbortSignal) {
  const params = { path: { customer_id: keeps }, query: { dry_run: dryRun } };
  return ok(
    api.POST('/v1/customers/{customer_id}/merge', {
      params,
      body: { other },
      ...(signal && { signal }),
    }),
  );
}

/** What the kept record would be; nothing changes by asking. */
export function useForeseen(keeps: string, other: string) {
  return useQuery({
    queryKey: [...KEY, 'foreseen', keeps, other],
    queryFn: ({ signal }) => merge(keeps, other, true, signal),
    staleTime: 0,
  });
}

/** Whatever is shown of either customer is read again. */
function useChanged() {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      [['customers'], ['orders'], ['recommendations']].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
}

export interface Pair {
  readonly keeps: string;
  readonly other: string;
}

export function useMerge() {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ keeps, other }: Pair) => merge(keeps, other, false),
    onSettled: changed,
  });
}

export function useUnmerge() {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ keeps, other }: Pair) =>
      ok(
        api.POST('/v1/customers/{customer_id}/unmerge', {
          params: { path: { customer_id: keeps } },
          body: { other },
        }),
      ),
    onSettled: changed,
  });
}
