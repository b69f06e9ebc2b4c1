'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const SEGMENTS_KEY = ['segments'];

/** All segments, each with how it did when customers were analysed last. */
export function useSegments() {
  return useQuery({
    queryKey: SEGMENTS_KEY,
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/segments', { params: { query: { limit: 200 } }, signal })),
  });
}
