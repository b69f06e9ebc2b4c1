import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderSummary } from '@/api/types';
import { byMonth } from './months';

function order(placed_at: string, total_minor: number, more: Partial<OrderSummary> = {}) {
  return {
    placed_at,
    total_minor,
    refunded_minor: 0,
    status: 'fulfilled',
    ...more,
  } as OrderSummary;
}

test('months are the shop’s, none in between is left out, cancelled and refunded do not count', () => {
  const orders = [
    order('2026-03-10T10:00:00Z', 500, { status: 'cancelled' }),
    order('2026-02-28T23:30:00Z', 700, { refunded_minor: 200 }),
    order('2025-12-01T12:00:00Z', 300),
    order('2025-12-31T12:00:00Z', 100),
  ];
  assert.deepEqual(byMonth(orders, 'Europe/Berlin'), [
    { day: '2025-12-01', spent: 400, orders: 2 },
    { day: '2026-01-01', spent: 0, orders: 0 },
    { day: '2026-02-01', spent: 0, orders: 0 },
    { day: '2026-03-01', spent: 500, orders: 1 },
  ]);
  assert.deepEqual(byMonth(orders, 'Europe/Berlin', 1), [
    { day: '2026-03-01', spent: 500, orders: 1 },
  ]);
  assert.deepEqual(byMonth([], 'UTC'), []);
});
