'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';

export type ShownDraft = components['schemas']['ShownDraft'];
export type Decision = 'approve' | 'refuse';

const KEY = ['ai', 'drafts'];

/** What assistants proposed and nobody decided yet. */
export function useDrafts() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/ai/drafts', { params: { query: { limit: 50 } }, signal })),
  });
}

export function useDecide() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: Decision }) => {
      const params = { path: { draft_id: id } };
      return ok(
        decision === 'approve'
          ? api.POST('/v1/ai/drafts/{draft_id}/approve', { params })
          : api.POST('/v1/ai/drafts/{draft_id}/refuse', { params }),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
