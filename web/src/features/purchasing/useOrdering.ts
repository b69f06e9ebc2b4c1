'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Drafted, PurchaseOrder } from '@/api/types';
import { byLocation, corrected, type Selection } from './wanted';

export interface Ordered {
  readonly orders: readonly PurchaseOrder[];
  readonly skipped: NonNullable<Drafted['skipped']>;
  /** What stopped it; orders made before it stand as they are. */
  readonly stopped: unknown;
}

async function settle(order: PurchaseOrder, selection: Selection, approve: boolean) {
  const params = { path: { order_id: order.id } };
  const lines = corrected(order, selection);
  let now = order;
  if (lines) {
    const body = { version: order.version ?? 1, lines };
    now = await ok(api.PATCH('/v1/purchase-orders/{order_id}', { params, body }));
  }
  if (approve) now = await ok(api.POST('/v1/purchase-orders/{order_id}/approve', { params }));
  return now;
}

async function order(selection: Selection, approve: boolean): Promise<Ordered> {
  const orders = new Map<string, PurchaseOrder>();
  const skipped: Ordered['skipped'] = [];
  try {
    for (const [location_id, product_ids] of byLocation(selection.values())) {
      const made = await ok(
        api.POST('/v1/purchase-orders/from-replenishment', {
          params: { header: { 'Idempotency-Key': newKey() } },
          body: { location_id, product_ids, fill_up: false },
        }),
      );
      skipped.push(...(made.skipped ?? []));
      for (const each of made.orders) orders.set(each.id, each);
      for (const each of made.orders) {
        orders.set(each.id, await settle(each, selection, approve));
      }
    }
  } catch (stopped) {
    return { orders: [...orders.values()], skipped, stopped };
  }
  return { orders: [...orders.values()], skipped, stopped: null };
}

/** A new retry key. Without TLS browsers have no `randomUUID`, hence the bytes. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Drafts what is selected with the quantities as edited, and approves it where asked to. */
export function useOrdering() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { selection: Selection; approve: boolean }) =>
      order(wanted.selection, wanted.approve),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['replenishment'] }),
        queries.invalidateQueries({ queryKey: ['purchase-orders'] }),
        queries.invalidateQueries({ queryKey: ['product'] }),
      ]),
  });
}
