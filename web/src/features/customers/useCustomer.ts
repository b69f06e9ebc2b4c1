'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useCustomer(id: string) {
  return useQuery({
    queryKey: ['customers', 'one', id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/customers/{customer_id}', { params: { path: { customer_id: id } }, signal })),
  });
}
