'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Answer } from '@/api/types';

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

/** A page of hours that left their usual range, latest first. */
export function useAnomalies(metric: '' | Anomaly['metric'], cursor: string | null) {
  return useQuery({
    queryKey: [...STREAMING_KEY, 'anomalies', metric, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 20, ...(metric && { metric }), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/streaming/anomalies', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
