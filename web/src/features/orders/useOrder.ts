'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useOrder(id: string) {
  return useQuery({
    queryKey: ['orders', 'one', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/orders/{order_id}', { params: { path: { order_id: id } }, signal })),
  });
}
