import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axis } from './scale';

test('an axis ends on a round figure at or above the largest value', () => {
  assert.deepEqual(axis(97), { top: 100, ticks: [0, 25, 50, 75, 100] });
  assert.deepEqual(axis(100).top, 100);
  assert.deepEqual(axis(7), { top: 8, ticks: [0, 2, 4, 6, 8] });
  assert.ok(axis(0).top > 0);
  assert.ok(axis(123_456).ticks.length <= 6);
});
