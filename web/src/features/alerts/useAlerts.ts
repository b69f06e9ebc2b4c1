'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Alert } from '@/api/types';
import { newKey, type Ordered } from '@/features/purchasing/useOrdering';
import { orderOf } from './figures';

export const STATES = ['active', 'snoozed', 'closed'] as const;
export const KINDS = [
  'stock',
  'demand',
  'revenue',
  'live',
  'customer',
  'forecast',
  'data',
  'price',
  'price-change',
  'system',
] as const;
export const ALERTS_KEY = ['alerts'];

export interface AlertFilters {
  readonly state: (typeof STATES)[number];
  readonly kind: '' | (typeof KINDS)[number];
}

/** A page of alerts, the most money at stake first. */
export function useAlerts(filters: AlertFilters, cursor: string | null) {
  return useQuery({
    queryKey: [...ALERTS_KEY, filters, cursor],
    queryFn: ({ signal }) => {
      const query = {
        limit: 25,
        state: filters.state,
        ...(filters.kind && { kind: filters.kind }),
        ...(cursor && { cursor }),
      };
      return ok(api.GET('/v1/alerts', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export type Step =
  | { readonly what: 'acknowledge' | 'resolve' | 'dismiss' }
  | { readonly what: 'snooze'; readonly until: string };

function take(alert: Alert, step: Step) {
  const params = { path: { alert_id: alert.id } };
  switch (step.what) {
    case 'acknowledge':
      return ok(api.POST('/v1/alerts/{alert_id}/acknowledge', { params, body: { note: '' } }));
    case 'resolve':
      return ok(api.POST('/v1/alerts/{alert_id}/resolve', { params, body: { note: '' } }));
    case 'dismiss':
      return ok(api.POST('/v1/alerts/{alert_id}/dismiss', { params, body: { note: '' } }));
    case 'snooze':
      return ok(
        api.POST('/v1/alerts/{alert_id}/snooze', { params, body: { until: step.until, note: '' } }),
      );
  }
}

/** Takes an alert a step further and has the lists read again. */
export function useAlertStep(alert: Alert) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (step: Step) => take(alert, step),
    onSettled: () => queries.invalidateQueries({ queryKey: ALERTS_KEY }),
  });
}

/** Drafts the order that an alert proposes; who did that has the alert in hand. */
export function useDrafting(alert: Alert) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (): Promise<Ordered> => {
      const made = await ok(
        api.POST('/v1/purchase-orders/from-replenishment', {
          params: { header: { 'Idempotency-Key': newKey() } },
          body: orderOf(alert) ?? { product_ids: [], fill_up: false },
        }),
      );
      if (made.orders.length > 0) await take(alert, { what: 'acknowledge' });
      return { orders: made.orders, skipped: made.skipped ?? [], stopped: null };
    },
    onSettled: () =>
      Promise.all(
        [ALERTS_KEY, ['replenishment'], ['purchase-orders'], ['product']].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
