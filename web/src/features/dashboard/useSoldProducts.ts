'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';

export const SORTS = [
  '-revenue',
  'revenue',
  '-change',
  'change',
  '-units',
  'units',
  '-returns',
  'returns',
  '-margin',
  'margin',
] as const;

export interface SoldFilters {
  readonly days: number;
  readonly location: string;
  readonly channel: string;
  readonly sort: (typeof SORTS)[number];
}

/** The first of the last `days` days in the shop's zone, today being the last. */
export function useFirstDay(days: number): string {
  const zone = useStatus().data?.shop.time_zone ?? 'UTC';
  return fmt.addDays(fmt.today(zone), 1 - days);
}

function asked({ location, channel, sort }: SoldFilters, from: string) {
  return {
    from,
    sort,
    ...(location && { location_id: location }),
    ...(channel && { channel }),
  };
}

/** A page of products by what they brought since `from`. */
export function useSoldProducts(filters: SoldFilters, from: string, cursor: string | null) {
  return useQuery({
    queryKey: ['sold-products', filters, from, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...asked(filters, from), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/dashboard/products', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** All of them as a file. */
export function soldFile(filters: SoldFilters, from: string) {
  const query = asked(filters, from);
  return ok(api.GET('/v1/dashboard/products/export.csv', { params: { query }, parseAs: 'blob' }));
}
