'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

function asked(from: string, location: string) {
  return { from, ...(location && { location_id: location }) };
}

/** Stock at the end of each day since `from`, at one location or at all. */
export function useStockGraph(from: string, location: string) {
  return useQuery({
    queryKey: ['stock-graph', from, location],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/dashboard/inventory-graph', {
          params: { query: asked(from, location) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function stockFile(from: string, location: string) {
  const query = asked(from, location);
  return ok(
    api.GET('/v1/dashboard/inventory-graph/export.csv', { params: { query }, parseAs: 'blob' }),
  );
}
