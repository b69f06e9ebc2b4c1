'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useProduct(id: string) {
  return useQuery({
    queryKey: ['product', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/products/{product_id}', { params: { path: { product_id: id } }, signal })),
  });
}
