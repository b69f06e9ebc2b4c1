'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** What the quantity of one proposal rests on: costs of each quantity, and what else could be. */
export function useWhy(productId: string, location: string | null) {
  return useQuery({
    queryKey: ['replenishment', 'why', productId, location],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/inventory/replenishment/{product_id}/why', {
          params: {
            path: { product_id: productId },
            query: location ? { location_id: location } : {},
          },
          signal,
        }),
      ),
  });
}
