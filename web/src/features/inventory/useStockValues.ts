'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** A page of products with what is on hand of them in all locations, and its worth. */
export function useStockValues(cursor: string | null) {
  return useQuery({
    queryKey: ['inventory', 'values', cursor],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/inventory/values', {
          params: { query: { limit: 50, ...(cursor && { cursor }) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
