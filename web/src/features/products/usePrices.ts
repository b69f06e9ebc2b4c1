'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function usePrices(id: string) {
  return useQuery({
    queryKey: ['product', id, 'prices'],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/products/{product_id}/prices', {
          params: { path: { product_id: id } },
          signal,
        }),
      ),
  });
}
