import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyPrices } from './prices';

test('a price holds until the next change, whatever the order they come in', () => {
  const changes = [
    { day: '2026-03-03', price_minor: 900 },
    { day: '2026-02-01', price_minor: 1000 },
  ];
  assert.deepEqual(
    dailyPrices(changes, '2026-03-01', '2026-03-04').map((point) => point.price),
    [1000, 1000, 900, 900],
  );
});

test('before the first known price there is none', () => {
  const days = dailyPrices([{ day: '2026-03-02', price_minor: 5 }], '2026-02-28', '2026-03-02');
  assert.deepEqual(days, [
    { day: '2026-02-28', price: null },
    { day: '2026-03-01', price: null },
    { day: '2026-03-02', price: 5 },
  ]);
});
