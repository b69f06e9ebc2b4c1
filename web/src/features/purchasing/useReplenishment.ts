'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const INCLUDE = ['open', 'all'] as const;

export interface ProposalFilters {
  readonly include: (typeof INCLUDE)[number];
  readonly location: string;
}

/** A page of proposals, the most money at stake first. */
export function useReplenishment(filters: ProposalFilters, cursor: string | null) {
  return useQuery({
    queryKey: ['replenishment', filters, cursor],
    queryFn: ({ signal }) => {
      const { include, location } = filters;
      const query = {
        limit: 50,
        include,
        ...(location && { location_id: location }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/inventory/replenishment', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
