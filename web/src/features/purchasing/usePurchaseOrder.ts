'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function usePurchaseOrder(id: string) {
  return useQuery({
    queryKey: ['purchase-orders', 'one', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/purchase-orders/{order_id}', { params: { path: { order_id: id } }, signal })),
  });
}
