import type { Alert } from '@/api/types';
import * as fmt from '@/i18n/format';

/** A figure of the evidence as people read it: `_minor` is money, `_share` and chances are shares. */
export function figure(
  format: string,
  name: string,
  value: string | number,
  currency: string,
): string {
  if (typeof value === 'string') return value.replaceAll('_', ' ');
  if (name.endsWith('_minor')) return fmt.money(format, Math.round(value), currency);
  if (SHARES.has(name)) return fmt.percent(format, value);
  return fmt.count(format, value, Math.abs(value) < 10 ? 2 : 0);
}

const SHARES = new Set([
  'churn',
  'bias',
  'wape',
  'coverage_80',
  'value_added',
  'margin_share',
  'change_share',
]);

/** Where a person sees to it: the page of the action, or the product that it is about. */
export function pageOf(alert: Alert): string | null {
  if (alert.action?.page) return alert.action.page;
  const product = /^product:([^@#]+)/.exec(alert.subject);
  return product ? `/product/?id=${encodeURIComponent(product[1] ?? '')}` : null;
}

/** The end of a snooze of so many days, as the API wants it. */
export function inDays(now: Date, days: number): string {
  return new Date(now.getTime() + days * 86_400_000).toISOString();
}

/** The order that an alert proposes to draft, where it does. */
export function orderOf(alert: Alert) {
  const { kind, body } = alert.action ?? {};
  if (kind !== 'draft-purchase-order' || !Array.isArray(body?.product_ids)) return null;
  const location = body.location_id;
  return {
    product_ids: body.product_ids.map(String),
    fill_up: false,
    ...(typeof location === 'string' && { location_id: location }),
  };
}
