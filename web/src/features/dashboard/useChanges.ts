'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const METRICS = ['revenue', 'units', 'margin'] as const;
export const AGAINST = ['previous', 'last_year'] as const;

export interface ChangesAsked {
  readonly metric: (typeof METRICS)[number];
  readonly against: (typeof AGAINST)[number];
  /** Whole days up to the last one; unless `from` and `to` name others. */
  readonly days: number;
  readonly from?: string;
  readonly to?: string;
}

/** Whole days that are over change seldom, and computing why takes the server a while. */
const KEPT_MS = 10 * 60_000;

/** Why a figure changed, as parts that add up to the change. */
export function useChanges(asked: ChangesAsked, enabled = true) {
  return useQuery({
    queryKey: ['changes', asked],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/dashboard/changes', { params: { query: asked }, signal })),
    enabled,
    staleTime: KEPT_MS,
    placeholderData: keepPreviousData,
  });
}
