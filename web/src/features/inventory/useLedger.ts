'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** A page of a product's movements, newest first; of one location where it is named. */
export function useLedger(id: string, location: string, cursor: string | null) {
  return useQuery({
    queryKey: ['product', id, 'ledger', location, cursor],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/inventory/{product_id}/history', {
          params: {
            path: { product_id: id },
            query: {
              limit: 50,
              ...(location && { location_id: location }),
              ...(cursor && { cursor }),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
