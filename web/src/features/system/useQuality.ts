'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

const KEY = ['system', 'quality'];

/** Every check with what it found last, the worst first: there are some twenty in all. */
export function useQuality() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/system/data-quality', { params: { query: { limit: 200 } }, signal })),
  });
}

/** Asks for the job that makes all checks anew. */
export function useCheckData() {
  return useMutation({
    mutationFn: () => ok(api.POST('/v1/system/data-quality/check')),
  });
}

export function useQualityChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: KEY });
}
