'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Segment } from '@/api/types';
import { csv } from '@/shell/csv';

export const SEGMENTS_KEY = ['segments'];

/** The first is the order of the rules, of the lifecycle and of the clusters. */
export const SORTS = [
  '',
  'name',
  '-name',
  'customers',
  '-customers',
  'revenue',
  '-revenue',
  'expected_spend',
  '-expected_spend',
  'churn',
  '-churn',
] as const;

type Sort = (typeof SORTS)[number];

/** All segments, each with how it did when customers were analysed last. */
export function useSegments(sort: Sort = '') {
  return useQuery({
    queryKey: sort ? [...SEGMENTS_KEY, sort] : SEGMENTS_KEY,
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/segments', {
          params: { query: { limit: 200, ...(sort && { sort }) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** Segments and how they did, as a file. */
export function segmentsFile(segments: readonly Segment[]): Blob {
  return csv<Segment>(
    {
      id: (row) => row.id,
      kind: (row) => row.kind,
      name: (row) => row.name,
      reason: (row) => row.reason,
      customers: (row) => row.performance?.customers,
      share: (row) => row.performance?.share,
      revenue_minor: (row) => row.performance?.revenue_minor,
      previous_revenue_minor: (row) => row.performance?.previous_revenue_minor,
      expected_spend_minor: (row) => row.performance?.expected_spend_minor,
      currency: (row) => row.performance?.currency,
      churn: (row) => row.performance?.churn,
      entered: (row) => row.performance?.entered,
      left: (row) => row.performance?.left,
    },
    segments,
  );
}
