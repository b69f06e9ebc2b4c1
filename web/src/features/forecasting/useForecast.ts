'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { ApiError } from '@/api/problem';

/** A forecast of `days`, made now if the stored one is of another length; null: none possible. */
export function useForecast(productId: string, days: number) {
  return useQuery({
    queryKey: ['product', productId, 'forecast', days],
    queryFn: async ({ signal }) => {
      try {
        return await ok(
          api.POST('/v1/ai/forecast', {
            body: { product_id: productId, forecast_days: days },
            signal,
          }),
        );
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
}
