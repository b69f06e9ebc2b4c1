'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** A parent product with its variants; nothing is asked for a product without one. */
export function useParent(id: string | null) {
  return useQuery({
    queryKey: ['product-parent', id],
    enabled: id !== null,
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/product-parents/{parent_id}', {
          params: { path: { parent_id: id ?? '' } },
          signal,
        }),
      ),
  });
}

/** What its variants sold of late, together and each. */
export function useParentSales(id: string | null, from: string, to: string) {
  return useQuery({
    queryKey: ['product-parent', id, 'sales', from, to],
    enabled: id !== null,
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/product-parents/{parent_id}/sales', {
          params: { path: { parent_id: id ?? '' }, query: { from, to } },
          signal,
        }),
      ),
  });
}

/** What is expected of its variants, together and each. */
export function useParentForecast(id: string | null) {
  return useQuery({
    queryKey: ['product-parent', id, 'forecast'],
    enabled: id !== null,
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/product-parents/{parent_id}/forecast', {
          params: { path: { parent_id: id ?? '' } },
          signal,
        }),
      ),
  });
}
