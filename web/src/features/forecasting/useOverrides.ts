'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import { newKey } from '@/features/purchasing/useOrdering';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export type Override = Answer<'/v1/forecasts/overrides', 'get'>['items'][number];

const KEY = ['overrides'];

const FACTS: Facts<Override> = {
  id: (row) => row.id,
  product_id: (row) => row.product_id,
  state: (row) => row.state,
  first_day: (row) => row.first_day,
  last_day: (row) => row.last_day,
  multiplier: (row) => row.multiplier,
  units_per_day: (row) => row.units_per_day,
  reason: (row) => row.reason,
  author: (row) => row.author,
  created_at: (row) => row.created_at,
  expires: (row) => row.expires,
  value_added: (row) => row.worth?.value_added,
};

/** Overrides, newest first; of one product where it is named. */
export function useOverrides(productId: string) {
  return useRows(
    {
      key: [...KEY, productId],
      page: (place, more) => {
        const query = { ...place, ...(productId && { product_id: productId }) };
        return ok(api.GET('/v1/forecasts/overrides', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}

export interface NewOverride {
  readonly product_id: string;
  readonly first_day: string;
  readonly last_day: string;
  readonly reason: string;
  readonly multiplier: number | null;
  readonly units_per_day: number | null;
  readonly expires: string | null;
}

function useChanged() {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      [KEY, ['product'], ['replenishment']].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
}

export function useOverride() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (body: NewOverride) =>
      ok(
        api.POST('/v1/forecasts/overrides', {
          params: { header: { 'Idempotency-Key': newKey() } },
          body,
        }),
      ),
    onSettled: changed,
  });
}

/** The forecast is again what the model says. */
export function useWithdraw() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (id: string) =>
      done(
        api.DELETE('/v1/forecasts/overrides/{override_id}', {
          params: { path: { override_id: id } },
        }),
      ),
    onSettled: changed,
  });
}
