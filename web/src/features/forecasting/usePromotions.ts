'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Promotion } from '@/api/types';
import { newKey } from '@/features/purchasing/useOrdering';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const KEY = ['promotions'];

const FACTS: Facts<Promotion> = {
  id: (row) => row.id,
  name: (row) => row.name,
  percent_off: (row) => row.percent_off,
  first_day: (row) => row.first_day,
  last_day: (row) => row.last_day,
  category: (row) => row.category,
  product_ids: (row) => row.product_ids.join(' '),
  author: (row) => row.author,
  created_at: (row) => row.created_at,
};

/** Promotions, the latest last day first; from a day on, those that end then or later. */
export function usePromotions(from: string | null) {
  return useRows(
    {
      key: [...KEY, from],
      page: (place, more) => {
        const query = { ...place, ...(from && { from_day: from }) };
        return ok(api.GET('/v1/forecasts/promotions', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}

export type Wanted = Pick<
  Promotion,
  'name' | 'percent_off' | 'first_day' | 'last_day' | 'product_ids' | 'category'
>;

/** Records a promotion, or puts one that was read otherwise. */
export function useKeepPromotion(known: Promotion | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Wanted) => {
      if (known === null) {
        const params = { header: { 'Idempotency-Key': newKey() } };
        return ok(api.POST('/v1/forecasts/promotions', { params, body: wanted }));
      }
      return ok(
        api.PUT('/v1/forecasts/promotions/{promotion_id}', {
          params: { path: { promotion_id: known.id } },
          body: { ...wanted, version: known.version ?? 1 },
        }),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRemovePromotion() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(
        api.DELETE('/v1/forecasts/promotions/{promotion_id}', {
          params: { path: { promotion_id: id } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
