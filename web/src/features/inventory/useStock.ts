'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useStock(productId: string) {
  return useQuery({
    queryKey: ['product', productId, 'stock'],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/inventory', { params: { query: { product_id: productId } }, signal })),
  });
}
