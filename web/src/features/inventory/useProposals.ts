'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** What to order of one product now, one proposal a location. */
export function useProposals(productId: string) {
  return useQuery({
    queryKey: ['product', productId, 'proposals'],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/inventory/replenishment', {
          params: { query: { product_id: productId } },
          signal,
        }),
      ),
  });
}
