'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Step } from './steps';

export interface Arrived {
  readonly product_id: string;
  readonly quantity: number;
}

type Wanted =
  | { step: Exclude<Step, 'receive'> }
  | { step: 'receive'; lines: Arrived[]; key: string };

function take(id: string, wanted: Wanted) {
  const path = { order_id: id };
  switch (wanted.step) {
    case 'approve':
      return ok(api.POST('/v1/purchase-orders/{order_id}/approve', { params: { path } }));
    case 'send':
      return ok(api.POST('/v1/purchase-orders/{order_id}/send', { params: { path } }));
    case 'close':
      return ok(api.POST('/v1/purchase-orders/{order_id}/close', { params: { path } }));
    case 'cancel':
      return ok(api.POST('/v1/purchase-orders/{order_id}/cancel', { params: { path } }));
    case 'receive': {
      const params = { path, header: { 'Idempotency-Key': wanted.key } };
      const body = { lines: wanted.lines, note: '' };
      return ok(api.POST('/v1/purchase-orders/{order_id}/receive', { params, body }));
    }
  }
}

/** Takes an order a step further, and has everything that rests on it read again. */
export function usePurchaseStep(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Wanted) => take(id, wanted),
    onSuccess: (order) => queries.setQueryData(['purchase-orders', 'one', id], order),
    onSettled: () =>
      Promise.all(
        ['purchase-orders', 'replenishment', 'product', 'inventory', 'dashboard'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}
