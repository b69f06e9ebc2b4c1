'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export interface ProductFilters {
  readonly search: string;
  readonly category: string;
  readonly status: string;
  readonly sort: string;
}

export const PAGE_SIZE = 50;

/** One page of the catalogue; the server searches, filters, sorts and pages. */
export function useProducts(filters: ProductFilters, cursor: string | null) {
  return useQuery({
    queryKey: ['products', filters, cursor],
    queryFn: ({ signal }) => {
      const { search, category, status, sort } = filters;
      const query = {
        limit: PAGE_SIZE,
        sort,
        ...(search && { search }),
        ...(category && { category }),
        ...(status && { status }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/products', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
