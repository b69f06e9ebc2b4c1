'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Answer } from '@/api/types';

export type WhatIf = Answer<'/v1/forecasts/what-if', 'post'>;
export type Outcome = WhatIf['baseline'];

export interface Scenario {
  readonly productId: string;
  readonly days: number;
  /** A price in minor units, or a promotion's percentage; null: nothing is asked yet. */
  readonly price: number | null;
  readonly off: number | null;
}

/** What a product's forecast would be at another price, or with a promotion all along. */
export function useWhatIf({ productId, days, price, off }: Scenario) {
  return useQuery({
    queryKey: ['product', productId, 'what-if', days, price, off],
    queryFn: ({ signal }) => {
      const body = {
        product_id: productId,
        days,
        ...(price !== null && { price_minor: price }),
        ...(off !== null && { promotion: { percent_off: off } }),
      };
      return ok(api.POST('/v1/forecasts/what-if', { body, signal }));
    },
    enabled: productId !== '' && (price !== null || off !== null),
    placeholderData: keepPreviousData,
  });
}
