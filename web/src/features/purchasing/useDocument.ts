'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** The message that orders the goods; `version` has it read again once the order changes. */
export function useDocument(id: string, version: number) {
  return useQuery({
    queryKey: ['purchase-orders', 'one', id, 'document', version],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/purchase-orders/{order_id}/document', {
          params: { path: { order_id: id } },
          signal,
        }),
      ),
  });
}
