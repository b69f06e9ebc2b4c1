'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** All that the last analysis found of a customer. */
export function useInsights(id: string) {
  return useQuery({
    queryKey: ['customers', 'insights', id],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/customers/{customer_id}/insights', {
          params: { path: { customer_id: id } },
          signal,
        }),
      ),
  });
}
