'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Order } from '@/api/types';

export interface Units {
  readonly line: number;
  readonly quantity: number;
}

export type WantedChange =
  | { change: 'fulfil' | 'cancel'; lines: Units[] }
  | { change: 'return'; lines: Units[]; restock: boolean }
  | { change: 'refund'; amount: number }
  | { change: 'pay' | 'confirm' };

function send(order: Order, wanted: WantedChange) {
  const params = { path: { order_id: order.id } };
  // The version keeps a repetition, or a colleague's change meanwhile, from being done twice.
  const base = { version: order.version, note: '' };
  switch (wanted.change) {
    case 'fulfil':
      return ok(
        api.POST('/v1/orders/{order_id}/fulfil', {
          params,
          body: { ...base, lines: wanted.lines },
        }),
      );
    case 'cancel':
      return ok(
        api.POST('/v1/orders/{order_id}/cancel', {
          params,
          body: { ...base, lines: wanted.lines },
        }),
      );
    case 'return': {
      const lines = wanted.lines.map((line) => ({ ...line, restock: wanted.restock }));
      const body = { ...base, lines, restock: wanted.restock };
      return ok(api.POST('/v1/orders/{order_id}/return', { params, body }));
    }
    case 'refund': {
      const body = { ...base, amount_minor: wanted.amount };
      return ok(api.POST('/v1/orders/{order_id}/refund', { params, body }));
    }
    case 'pay':
      return ok(api.POST('/v1/orders/{order_id}/pay', { params, body: base }));
    case 'confirm':
      return ok(api.POST('/v1/orders/{order_id}/confirm', { params, body: base }));
  }
}

export function useOrderChange(order: Order) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: WantedChange) => send(order, wanted),
    onSuccess: (after) => queries.setQueryData(['orders', 'one', order.id], after),
    onSettled: () =>
      Promise.all(
        ['orders', 'product', 'inventory', 'dashboard'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}
