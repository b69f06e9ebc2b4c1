'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { ManagerAction } from '@/api/types';

export const ACTION_KINDS = ['reorder', 'promote', 'reprice', 'discontinue'] as const;
export const ACTION_STATES = ['open', 'accepted', 'dismissed'] as const;
export const ACTIONS_KEY = ['actions'];

export interface ActionFilters {
  readonly kind: '' | (typeof ACTION_KINDS)[number];
  readonly status: (typeof ACTION_STATES)[number];
}

/** A page of what a manager is advised to do, most money at stake first. */
export function useActions({ kind, status }: ActionFilters, cursor: string | null) {
  return useQuery({
    queryKey: [...ACTIONS_KEY, kind, status, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 25, status, ...(kind && { kind }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/recommendations', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export type Decision = 'accept' | 'dismiss';

export function useDecision(action: ManagerAction) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => {
      const of = { params: { path: { id: action.id } }, body: {} };
      return decision === 'accept'
        ? ok(api.POST('/v1/recommendations/{id}/accept', of))
        : ok(api.POST('/v1/recommendations/{id}/dismiss', of));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ACTIONS_KEY }),
  });
}
