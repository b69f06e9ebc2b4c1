'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useCategories() {
  return useQuery({
    queryKey: ['categories'],
    queryFn: ({ signal }) => ok(api.GET('/v1/categories', { signal })),
    staleTime: 5 * 60_000,
  });
}
