'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { ManagerAction } from '@/api/types';
import { csv, everyRow } from '@/shell/csv';

export const ACTION_KINDS = ['reorder', 'promote', 'reprice', 'discontinue'] as const;
export const ACTION_STATES = ['open', 'accepted', 'dismissed'] as const;
export const ACTIONS_KEY = ['actions'];

export const SORTS = ['-at_stake', 'at_stake'] as const;

export interface ActionFilters {
  readonly kind: '' | (typeof ACTION_KINDS)[number];
  readonly status: (typeof ACTION_STATES)[number];
  readonly sort: (typeof SORTS)[number];
}

/** A page of what a manager is advised to do. */
export function useActions({ kind, status, sort }: ActionFilters, cursor: string | null) {
  return useQuery({
    queryKey: [...ACTIONS_KEY, kind, status, sort, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 25, status, sort, ...(kind && { kind }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/recommendations', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export type Decision = 'accept' | 'dismiss' | 'reopen';

export function useDecision(action: ManagerAction) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => {
      const path = { params: { path: { id: action.id } } };
      if (decision === 'reopen') return done(api.POST('/v1/recommendations/{id}/reopen', path));
      const of = { ...path, body: {} };
      return decision === 'accept'
        ? done(api.POST('/v1/recommendations/{id}/accept', of))
        : done(api.POST('/v1/recommendations/{id}/dismiss', of));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ACTIONS_KEY }),
  });
}

/** All that the list would show, as a file. */
export async function actionsFile({ kind, status, sort }: ActionFilters) {
  const rows = await everyRow((place) => {
    const query = { limit: 200, status, sort, ...(kind && { kind }), ...place };
    return ok(api.GET('/v1/recommendations', { params: { query } }));
  });
  return csv<ManagerAction>(
    {
      kind: (row) => row.kind,
      status: (row) => row.status,
      product_id: (row) => row.product_id,
      sku: (row) => row.sku,
      name: (row) => row.name,
      category: (row) => row.category,
      at_stake_minor: (row) => row.at_stake_minor,
      currency: (row) => row.currency,
      stake: (row) => row.stake,
      reason: (row) => row.reason,
      made_at: (row) => row.made_at,
      decided_at: (row) => row.decided_at,
    },
    rows,
  );
}
