'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const SORTS = [
  '-created_at',
  'created_at',
  'expected_on',
  '-expected_on',
  'supplier',
  '-supplier',
] as const;

type Sort = (typeof SORTS)[number];

/** A page of orders to suppliers; all of them where `state` is ''. */
export function usePurchaseOrders(state: string, sort: Sort, cursor: string | null) {
  return useQuery({
    queryKey: ['purchase-orders', state, sort, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, sort, ...(state && { state }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/purchase-orders', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** All that the list would show, as a file. */
export function purchaseOrdersFile(state: string, sort: Sort) {
  const query = { sort, ...(state && { state }) };
  return ok(api.GET('/v1/purchase-orders/export.csv', { params: { query }, parseAs: 'blob' }));
}
