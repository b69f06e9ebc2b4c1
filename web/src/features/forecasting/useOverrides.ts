'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import { newKey } from '@/features/purchasing/useOrdering';

export type Override = Answer<'/v1/forecasts/overrides', 'get'>['items'][number];

const KEY = ['overrides'];

/** A page of overrides, newest first; of one product where it is named. */
export function useOverrides(productId: string, cursor: string | null) {
  return useQuery({
    queryKey: [...KEY, productId, cursor],
    queryFn: ({ signal }) => {
      const query = {
        limit: 50,
        ...(productId && { product_id: productId }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/forecasts/overrides', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
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
