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

export interface OrderFilters {
  readonly status: '' | (typeof STATUSES)[number];
  readonly number: string;
  readonly from: string;
  readonly to: string;
  readonly customer: string;
}

/** A page of orders, newest first; the server filters by status, number, customer and days. */
export function useOrders(filters: OrderFilters, cursor: string | null, limit = 50) {
  return useQuery({
    queryKey: ['orders', filters, cursor, limit],
    queryFn: ({ signal }) => {
      const { status, number, from, to, customer } = filters;
      const query = {
        limit,
        ...(status && { status }),
        ...(number && { number }),
        ...(from && { placed_from: from }),
        ...(to && { placed_to: to }),
        ...(customer && { customer_id: customer }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/orders', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
