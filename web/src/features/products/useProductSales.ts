'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** Daily sales of the days `from` to `to`, both included. */
export function useProductSales(id: string, from: string, to: string) {
  return useQuery({
    queryKey: ['product', id, 'sales', from, to],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/products/{product_id}/sales', {
          params: { path: { product_id: id }, query: { from, to } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
