'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const STATUSES = ['active', 'archived'] as const;
export const SORTS = ['name', '-created_at'] as const;

export interface ProductFilters {
  readonly search: string;
  readonly category: string;
  readonly status: (typeof STATUSES)[number];
  readonly sort: (typeof SORTS)[number];
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
        status,
        ...(search && { search }),
        ...(category && { category }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/products', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
