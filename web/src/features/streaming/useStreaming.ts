'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export type LiveFigures = Answer<'/v1/streaming/metrics', 'get'>;
export type TrendingProduct = Answer<'/v1/streaming/trending', 'get'>['items'][number];
export type Anomaly = Answer<'/v1/streaming/anomalies', 'get'>['items'][number];

export const METRICS = ['revenue', 'orders', 'visits'] as const;
export const STREAMING_KEY = ['streaming'];

/** Minutes go by without anything happening, so the figures are asked for besides. */
const EVERY_MS = 30_000;

export function useLiveFigures(minutes: number) {
  return useQuery({
    queryKey: [...STREAMING_KEY, 'metrics', minutes],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/streaming/metrics', { params: { query: { minutes } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}

export function useTrending(minutes: number) {
  return useQuery({
    queryKey: [...STREAMING_KEY, 'trending', minutes],
    queryFn: ({ signal }) => {
      const query = { minutes, limit: 10 };
      return ok(api.GET('/v1/streaming/trending', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useSessions(hours: number) {
  return useQuery({
    queryKey: [...STREAMING_KEY, 'sessions', hours],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/streaming/sessions', { params: { query: { hours } }, signal })),
    placeholderData: keepPreviousData,
  });
}

const FACTS: Facts<Anomaly> = {
  hour: (row) => row.hour,
  metric: (row) => row.metric,
  direction: (row) => row.direction,
  value: (row) => row.value,
  expected: (row) => row.expected,
  low: (row) => row.low,
  high: (row) => row.high,
  weeks: (row) => row.weeks,
  currency: (row) => row.currency,
  detected_at: (row) => row.detected_at,
};

/** Hours that left their usual range, latest first. */
export function useAnomalies(metric: '' | Anomaly['metric']) {
  return useRows(
    {
      key: [...STREAMING_KEY, 'anomalies', metric],
      size: 20,
      page: (place, more) => {
        const query = { ...place, ...(metric && { metric }) };
        return ok(api.GET('/v1/streaming/anomalies', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}
