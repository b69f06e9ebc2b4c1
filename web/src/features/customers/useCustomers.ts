'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const STATUSES = ['active', 'archived'] as const;
export const SORTS = ['-created_at', 'name'] as const;

export interface CustomerFilters {
  readonly search: string;
  readonly status: (typeof STATUSES)[number];
  readonly sort: (typeof SORTS)[number];
}

/** A page of customers; the server searches, filters and sorts. */
export function useCustomers({ search, status, sort }: CustomerFilters, cursor: string | null) {
  return useQuery({
    queryKey: ['customers', search, status, sort, cursor],
    queryFn: ({ signal }) => {
      const query = {
        limit: 50,
        status,
        sort,
        ...(search && { search }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/customers', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
