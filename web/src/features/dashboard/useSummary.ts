'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const SUMMARY_KEY = ['dashboard', 'summary'] as const;

export function useSummary(days: number) {
  return useQuery({
    queryKey: [...SUMMARY_KEY, days],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/dashboard/summary', { params: { query: { days } }, signal })),
    placeholderData: keepPreviousData,
  });
}
