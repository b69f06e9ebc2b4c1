'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** The newest orders of a customer, as many as one page of the API holds. */
export function useTimeline(id: string) {
  return useQuery({
    queryKey: ['orders', 'timeline', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/orders', { params: { query: { limit: 200, customer_id: id } }, signal })),
  });
}
