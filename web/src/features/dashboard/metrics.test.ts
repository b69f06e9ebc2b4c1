import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from '@/api/types';
import { comparesWholeDays } from './metrics';

const metric = (value: number | null, previous: number | null, change: number | null): Metric => ({
  name: 'orders',
  label: 'Orders',
  unit: 'count',
  better: 'up',
  definition: '',
  value,
  previous,
  change,
});

test('a change that the two figures do not make is told apart', () => {
  assert.equal(comparesWholeDays(metric(99, 104, 0.076)), true);
  assert.equal(comparesWholeDays(metric(110, 100, 0.1)), false);
  assert.equal(comparesWholeDays(metric(-50, -100, 0.5)), false);
  assert.equal(comparesWholeDays(metric(4, 0, null)), false);
  assert.equal(comparesWholeDays(metric(null, 3, null)), false);
});
