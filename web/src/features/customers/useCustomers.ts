'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const STATUSES = ['active', 'archived'] as const;

/** A page of customers; the server searches and filters. */
export function useCustomers(
  search: string,
  status: (typeof STATUSES)[number],
  cursor: string | null,
) {
  return useQuery({
    queryKey: ['customers', search, status, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, status, ...(search && { search }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/customers', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
