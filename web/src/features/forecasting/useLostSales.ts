'use client';

import { api, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export type LostSale = Answer<'/v1/forecasts/lost-sales', 'get'>['items'][number];

const FACTS: Facts<LostSale> = {
  product_id: (row) => row.product_id,
  sku: (row) => row.sku,
  name: (row) => row.name,
  category: (row) => row.category,
  days_short: (row) => row.days_short,
  days: (row) => row.days,
  units: (row) => row.units,
  units_low: (row) => row.units_low,
  units_high: (row) => row.units_high,
  minor: (row) => row.minor,
  currency: (row) => row.currency,
};

/** Products by what empty shelves cost in the last days, the dearest first. */
export function useLostSales(days: number) {
  return useRows(
    {
      key: ['lost-sales', days],
      page: (place, more) => {
        const query = { ...place, days };
        return ok(api.GET('/v1/forecasts/lost-sales', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}
