import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentOf, whenIs } from './promotions.ts';

test('a promotion runs on its first and on its last day', () => {
  const promotion = { first_day: '2026-06-01', last_day: '2026-06-07' };
  const days = ['2026-05-31', '2026-06-01', '2026-06-07', '2026-06-08'];
  assert.deepEqual(
    days.map((day) => whenIs(promotion, day)),
    ['planned', 'running', 'running', 'over'],
  );
});

test('percentages are whole', () => {
  assert.deepEqual(['20', ' 20 % ', '20%', '0', '12.5', '-5', '', 'x'].map(percentOf), [
    20,
    20,
    20,
    0,
    null,
    null,
    null,
    null,
  ]);
});
