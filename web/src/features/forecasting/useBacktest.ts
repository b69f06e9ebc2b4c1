'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { BacktestFigures, BacktestGroup } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';
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

function figure(name: keyof BacktestFigures & string) {
  return (row: BacktestGroup) => row.whole[name] as number | null;
}

const FACTS: Facts<BacktestGroup> = {
  name: (row) => row.name,
  wape: figure('wape'),
  bias: figure('bias'),
  rmsse: figure('rmsse'),
  wql: figure('wql'),
  coverage_80: figure('coverage_80'),
  value_added: figure('value_added'),
  series: figure('series'),
  origins: figure('origins'),
  observations: figure('observations'),
};

/** A backtest's groups of one kind. */
export function useBacktestGroups(id: string, kind: Kind) {
  return useRows(
    {
      key: ['backtests', id, 'groups', kind],
      page: (place, more) => {
        const params = { path: { backtest_id: id }, query: { ...place, kind } };
        return ok(api.GET('/v1/forecasts/backtests/{backtest_id}/groups', { params, ...more }));
      },
    },
    FACTS,
  );
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
