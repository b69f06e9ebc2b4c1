'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** Moves of one product between locations that would pay, as replenishment sees it. */
export function useProposedTransfers(productId: string) {
  return useQuery({
    queryKey: ['replenishment', 'transfers', productId],
    queryFn: ({ signal }) => {
      const params = { path: { product_id: productId } };
      return ok(api.GET('/v1/inventory/replenishment/{product_id}/transfers', { params, signal }));
    },
  });
}

export interface Moved {
  readonly from: string;
  readonly to: string;
  readonly lines: ReadonlyArray<{ readonly product_id: string; readonly quantity: number }>;
  readonly note: string;
  /** The retry key: the same one for the same goods. */
  readonly key: string;
}

export function useTransfer() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ from, to, lines, note, key }: Moved) =>
      ok(
        api.POST('/v1/inventory/transfers', {
          params: { header: { 'Idempotency-Key': key } },
          body: { from_location_id: from, to_location_id: to, lines: [...lines], note },
        }),
      ),
    onSettled: () =>
      Promise.all(
        ['inventory', 'product', 'replenishment'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}
