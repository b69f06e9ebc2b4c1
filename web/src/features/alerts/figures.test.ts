import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@/api/types';
import { figure, inDays, orderOf, pageOf } from './figures';

test('money, shares, counts and words are told apart by name', () => {
  assert.equal(figure('en-GB', 'price_minor', 1250, 'EUR'), '€12.50');
  assert.equal(figure('en-GB', 'churn', 0.625, 'EUR'), '62.5%');
  assert.equal(figure('en-GB', 'available', 1250, 'EUR'), '1,250');
  assert.equal(figure('en-GB', 'daily_demand', 1.256, 'EUR'), '1.26');
  assert.equal(figure('en-GB', 'lifecycle', 'at_risk', 'EUR'), 'at risk');
});

test('an alert leads to its action, else to its product, else nowhere', () => {
  const alert = { subject: 'product:mug@shop', action: null } as unknown as Alert;
  assert.equal(pageOf(alert), '/product/?id=mug');
  assert.equal(pageOf({ ...alert, subject: 'shop:day' }), null);
  const action = { kind: 'look', text: 'x', page: '/x/' };
  assert.equal(pageOf({ ...alert, action } as Alert), '/x/');
});

test('a snooze ends so many days from now', () => {
  assert.equal(inDays(new Date('2026-01-31T10:00:00Z'), 1), '2026-02-01T10:00:00.000Z');
});

test('only a proposed order can be drafted', () => {
  const body = { product_ids: ['mug'], location_id: 'shop', fill_up: false };
  const action = { kind: 'draft-purchase-order', text: 'x', body };
  const alert = { subject: 'product:mug@shop', action } as unknown as Alert;
  assert.deepEqual(orderOf(alert), body);
  assert.equal(orderOf({ ...alert, action: { kind: 'look', text: 'x' } } as Alert), null);
  assert.equal(orderOf({ ...alert, action: null } as Alert), null);
});
