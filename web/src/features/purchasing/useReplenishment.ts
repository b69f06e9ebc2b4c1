'use client';

import { api, ok } from '@/api/client';
import type { Proposal } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export const INCLUDE = ['open', 'all'] as const;

export interface ProposalFilters {
  readonly include: (typeof INCLUDE)[number];
  readonly location: string;
}

const FACTS: Facts<Proposal> = {
  product_id: (row) => row.product_id,
  sku: (row) => row.sku,
  name: (row) => row.name,
  location: (row) => row.location_name,
  supplier: (row) => row.supplier,
  quantity: (row) => row.quantity,
  unit_cost_minor: (row) => row.unit_cost_minor,
  expected_cost_minor: (row) => row.expected_cost_minor,
  at_stake_minor: (row) => row.urgency,
  currency: (row) => row.currency,
  available: (row) => row.available,
  on_order: (row) => row.on_order,
  drafted: (row) => row.drafted,
  days_of_cover: (row) => row.days_of_cover,
  stock_out_day: (row) => row.stock_out_day,
  order_by: (row) => row.order_by,
  reason: (row) => row.reason,
};

/** Proposals, the most money at stake first. */
export function useReplenishment({ include, location }: ProposalFilters) {
  return useRows(
    {
      key: ['replenishment', include, location],
      page: (place, more) => {
        const query = { ...place, include, ...(location && { location_id: location }) };
        return ok(api.GET('/v1/inventory/replenishment', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}
