'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { StockValue } from '@/api/types';
import { csv, everyRow } from '@/shell/csv';

export const SORTS = ['name', '-name', 'on_hand', '-on_hand', 'value', '-value'] as const;

interface StockFilters {
  readonly search: string;
  readonly sort: (typeof SORTS)[number];
}

function asked({ search, sort }: StockFilters) {
  return { sort, ...(search && { search }) };
}

/** A page of products with what is on hand of them in all locations, and its worth. */
export function useStockValues(filters: StockFilters, cursor: string | null) {
  return useQuery({
    queryKey: ['inventory', 'values', filters, cursor],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/inventory/values', {
          params: { query: { limit: 50, ...asked(filters), ...(cursor && { cursor }) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** All that the list would show, as a file. */
export async function stockValuesFile(filters: StockFilters) {
  const rows = await everyRow((place) => {
    const query = { limit: 200, ...asked(filters), ...place };
    return ok(api.GET('/v1/inventory/values', { params: { query } }));
  });
  return csv<StockValue>(
    {
      product_id: (row) => row.product_id,
      sku: (row) => row.sku,
      name: (row) => row.name,
      on_hand: (row) => row.on_hand,
      unit_cost_minor: (row) => row.unit_cost_minor,
      value_minor: (row) => row.value_minor,
      fifo_value_minor: (row) => row.fifo_value_minor,
      currency: (row) => row.currency,
      basis: (row) => row.basis,
    },
    rows,
  );
}
