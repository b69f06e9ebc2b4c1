'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const REASONS = [
  'correction',
  'damage',
  'theft',
  'expiry',
  'found',
  'opening',
  'other',
] as const;

export interface Adjustment {
  readonly location: string;
  readonly mode: 'delta' | 'count';
  readonly units: number;
  readonly reason: (typeof REASONS)[number];
  readonly note: string;
}

export interface Adjusted {
  readonly location: string;
  readonly onHand: number;
  /** What it changed, which undoing takes back. */
  readonly change: number;
}

async function onHand(id: string, location: string): Promise<number> {
  const query = { product_id: id, location_id: location };
  const page = await ok(api.GET('/v1/inventory', { params: { query } }));
  return page.items[0]?.on_hand ?? 0;
}

async function adjust(id: string, wanted: Adjustment): Promise<Adjusted> {
  const { location, mode, units, reason, note } = wanted;
  const before = mode === 'count' ? await onHand(id, location) : null;
  const amount = mode === 'count' ? { count_to: units } : { delta: units };
  const after = await ok(
    api.POST('/v1/inventory/{product_id}/adjust', {
      params: { path: { product_id: id } },
      body: { location_id: location, ...amount, reason, note },
    }),
  );
  const change = before === null ? units : after.on_hand - before;
  return { location, onHand: after.on_hand, change };
}

/** Changes stock by an adjustment or a count, and has what rests on it read again. */
export function useAdjust(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Adjustment) => adjust(id, wanted),
    onSettled: () =>
      Promise.all(
        ['inventory', 'product', 'replenishment', 'dashboard'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}
