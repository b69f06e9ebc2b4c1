'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const STATUSES = [
  'placed',
  'confirmed',
  'partly_fulfilled',
  'fulfilled',
  'returned',
  'cancelled',
] as const;

export const SORTS = ['-placed_at', 'placed_at'] as const;

export interface OrderFilters {
  readonly status: '' | (typeof STATUSES)[number];
  readonly number: string;
  readonly from: string;
  readonly to: string;
  readonly customer: string;
  readonly sort?: (typeof SORTS)[number];
}

function asked({ status, number, from, to, customer, sort }: OrderFilters) {
  return {
    ...(status && { status }),
    ...(number && { number }),
    ...(from && { placed_from: from }),
    ...(to && { placed_to: to }),
    ...(customer && { customer_id: customer }),
    // A customer's orders come newest first only.
    ...(sort && !customer && { sort }),
  };
}

/** A page of orders; the server filters by status, number, customer and days. */
export function useOrders(filters: OrderFilters, cursor: string | null, limit = 50) {
  return useQuery({
    queryKey: ['orders', filters, cursor, limit],
    queryFn: ({ signal }) => {
      const query = { limit, ...asked(filters), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/orders', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** All that the list would show, as a file. */
export function ordersFile(filters: OrderFilters) {
  const query = asked(filters);
  return ok(api.GET('/v1/orders/export.csv', { params: { query }, parseAs: 'blob' }));
}
