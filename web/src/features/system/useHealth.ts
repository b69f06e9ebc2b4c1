'use client';

import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { ApiError } from '@/api/problem';

const EVERY_MS = 15_000;

/** Whether OMNIX works, asked again and again; a failed one answers 503 with the same body. */
export function useHealth() {
  return useQuery({
    queryKey: ['system', 'health'],
    queryFn: async ({ signal }) => {
      const { data, error, response } = await api.GET('/v1/health', { signal });
      const told = data ?? error;
      if (told && 'checks' in told) return told;
      throw new ApiError(response.status, `HTTP ${response.status}`);
    },
    refetchInterval: EVERY_MS,
  });
}
