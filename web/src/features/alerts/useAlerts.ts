'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Alert } from '@/api/types';
import { newKey, type Ordered } from '@/features/purchasing/useOrdering';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';
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
  'cost',
  'system',
] as const;
export const ALERTS_KEY = ['alerts'];

export interface AlertFilters {
  readonly state: (typeof STATES)[number];
  readonly kind: '' | (typeof KINDS)[number];
}

const FACTS: Facts<Alert> = {
  id: (row) => row.id,
  kind: (row) => row.kind,
  severity: (row) => row.severity,
  status: (row) => row.status,
  subject: (row) => row.subject_name ?? row.subject,
  title: (row) => row.title,
  text: (row) => row.text,
  loss_minor: (row) => row.loss_minor,
  currency: (row) => row.currency,
  created_at: (row) => row.created_at,
  last_seen_at: (row) => row.last_seen_at,
  count: (row) => row.count,
};

/** Alerts, the most money at stake first. */
export function useAlerts({ state, kind }: AlertFilters) {
  return useRows(
    {
      key: [...ALERTS_KEY, state, kind],
      size: 25,
      served: ['-created_at'],
      page: (place, more) => {
        const query = { ...place, state, ...(kind && { kind }) };
        return ok(api.GET('/v1/alerts', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}

export type Step =
  | { readonly what: 'acknowledge' | 'resolve' | 'dismiss' | 'reopen' }
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
    case 'reopen':
      return ok(api.POST('/v1/alerts/{alert_id}/reopen', { params, body: { note: '' } }));
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
