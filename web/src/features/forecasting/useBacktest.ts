'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Kind } from './figures';

/** The backtests there are, newest first. */
export function useBacktests() {
  return useQuery({
    queryKey: ['backtests'],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/forecasts/backtests', { params: { query: { limit: 20 } }, signal })),
  });
}

export function useBacktest(id: string) {
  return useQuery({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) => {
      const params = { path: { backtest_id: id } };
      return ok(api.GET('/v1/forecasts/backtests/{backtest_id}', { params, signal }));
    },
  });
}

/** A page of a backtest's groups of one kind. */
export function useBacktestGroups(id: string, kind: Kind, cursor: string | null) {
  return useQuery({
    queryKey: ['backtests', id, 'groups', kind, cursor],
    queryFn: ({ signal }) => {
      const query = { kind, limit: 50, ...(cursor && { cursor }) };
      const params = { path: { backtest_id: id }, query };
      return ok(api.GET('/v1/forecasts/backtests/{backtest_id}/groups', { params, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** Asks for another backtest, a job of some minutes. */
export function useStartBacktest() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ok(
        api.POST('/v1/forecasts/backtests', {
          body: { horizon_days: 28, origins: 6, step_days: 28 },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ['backtests'] }),
  });
}
