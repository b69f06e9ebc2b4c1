'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useLong } from '@/shell/useLong';

export const STATUSES = ['active', 'archived'] as const;
export const SORTS = [
  'name',
  '-name',
  '-created_at',
  'created_at',
  'price_minor',
  '-price_minor',
] as const;

export interface ProductFilters {
  readonly search: string;
  readonly category: string;
  readonly status: (typeof STATUSES)[number];
  readonly sort: (typeof SORTS)[number];
}

export const PAGE_SIZE = 50;

function asked({ search, category, status, sort }: ProductFilters) {
  return { sort, status, ...(search && { search }), ...(category && { category }) };
}

function page(filters: ProductFilters, cursor: string | null, signal: AbortSignal) {
  const query = { limit: PAGE_SIZE, ...asked(filters), ...(cursor && { cursor }) };
  return ok(api.GET('/v1/products', { params: { query }, signal }));
}

/** One page of the catalogue; the server searches, filters, sorts and pages. */
export function useProducts(filters: ProductFilters, cursor: string | null) {
  return useQuery({
    queryKey: ['products', filters, cursor],
    queryFn: ({ signal }) => page(filters, cursor, signal),
    placeholderData: keepPreviousData,
  });
}

/** The catalogue, page after page. */
export function useCatalogue(filters: ProductFilters) {
  return useLong({
    key: ['products', filters],
    page: (cursor, signal) => page(filters, cursor, signal),
  });
}

/** All that the list would show, as a file. */
export function productsFile(filters: ProductFilters) {
  const query = asked(filters);
  return ok(api.GET('/v1/products/export.csv', { params: { query }, parseAs: 'blob' }));
}
