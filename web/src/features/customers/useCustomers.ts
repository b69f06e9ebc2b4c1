'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const STATUSES = ['active', 'archived'] as const;
export const SORTS = ['-created_at', 'created_at', 'name', '-name'] as const;

export interface CustomerFilters {
  readonly search: string;
  readonly status: (typeof STATUSES)[number];
  readonly sort: (typeof SORTS)[number];
  /** The id of a segment, which goes with neither a search nor an order; '' for all. */
  readonly segment: string;
}

function asked({ search, status, sort, segment }: CustomerFilters) {
  return { status, ...(segment ? { segment } : { sort, ...(search && { search }) }) };
}

/** A page of customers; the server searches, filters and sorts. */
export function useCustomers(filters: CustomerFilters, cursor: string | null) {
  return useQuery({
    queryKey: ['customers', filters, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...asked(filters), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/customers', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** All that the list would show, as a file. */
export function customersFile(filters: CustomerFilters) {
  const query = asked(filters);
  return ok(api.GET('/v1/customers/export.csv', { params: { query }, parseAs: 'blob' }));
}
