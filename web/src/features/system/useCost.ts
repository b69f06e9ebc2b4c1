'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useCost() {
  return useQuery({
    queryKey: ['system', 'cost'],
    queryFn: ({ signal }) => ok(api.GET('/v1/system/cost', { signal })),
  });
}
