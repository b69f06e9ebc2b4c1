'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Answer } from '@/api/types';

export type LostSale = Answer<'/v1/forecasts/lost-sales', 'get'>['items'][number];

/** A page of products by what empty shelves cost in the last days, the dearest first. */
export function useLostSales(days: number, cursor: string | null) {
  return useQuery({
    queryKey: ['lost-sales', days, cursor],
    queryFn: ({ signal }) => {
      const query = { days, limit: 50, ...(cursor && { cursor }) };
      return ok(api.GET('/v1/forecasts/lost-sales', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
