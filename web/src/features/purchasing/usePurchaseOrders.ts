'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** A page of orders to suppliers, newest first; all of them where `state` is ''. */
export function usePurchaseOrders(state: string, cursor: string | null) {
  return useQuery({
    queryKey: ['purchase-orders', state, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...(state && { state }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/purchase-orders', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
