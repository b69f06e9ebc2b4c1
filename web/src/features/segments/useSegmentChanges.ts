'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { toApiError } from '@/api/problem';
import type { SegmentCondition } from '@/api/types';
import { SEGMENTS_KEY } from './useSegments';

export interface NewSegment {
  name: string;
  rule: { any: Array<{ all: SegmentCondition[] }> };
}

/** Asks for the analysis that finds who is in which segment. */
export function useAnalyse() {
  return useMutation({ mutationFn: () => ok(api.POST('/v1/customers/batch-analysis')) });
}

export function useDefine() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewSegment) => ok(api.POST('/v1/segments', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: SEGMENTS_KEY }),
  });
}

export function useDrop() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      const params = { path: { segment_id: id } };
      const { error, response } = await api.DELETE('/v1/segments/{segment_id}', { params });
      if (!response.ok) throw toApiError(response.status, error);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: SEGMENTS_KEY }),
  });
}
