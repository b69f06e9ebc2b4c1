import assert from 'node:assert/strict';
import { test } from 'node:test';
import { left, minorOf, possible, typedOf } from './changes';

test('an amount is read in whole minor units, never through a fraction', () => {
  assert.equal(minorOf('1.15', 2), 115);
  assert.equal(minorOf('4,5', 2), 450);
  assert.equal(minorOf('1200', 0), 1200);
  assert.equal(minorOf('8.005', 3), 8005);
  for (const bad of ['', '-1', '1.234', '1e3', '1,000.00', '.5'])
    assert.equal(minorOf(bad, 2), null);
});

test('an amount shown is read as itself', () => {
  for (const minor of [0, 5, 115, 123456]) assert.equal(minorOf(typedOf(minor, 2), 2), minor);
  assert.equal(typedOf(5, 2), '0.05');
  assert.equal(typedOf(7, 0), '7');
});

test('what went out can come back; what did not can go out or be cancelled', () => {
  const line = { quantity: 5, fulfilled: 2, returned: 1, cancelled: 1 };
  assert.deepEqual([left(line, 'fulfil'), left(line, 'cancel'), left(line, 'return')], [2, 2, 1]);
});

test('an order offers only what would change something', () => {
  const order = {
    status: 'placed',
    payment_state: 'unpaid',
    paid_minor: 0,
    refunded_minor: 0,
  } as const;
  const open = { quantity: 1, fulfilled: 0, returned: 0, cancelled: 0 };
  assert.deepEqual(possible({ ...order, lines: [open] }), ['confirm', 'fulfil', 'pay', 'cancel']);
  assert.deepEqual(
    possible({
      status: 'returned',
      payment_state: 'refunded',
      paid_minor: 100,
      refunded_minor: 100,
      lines: [{ ...open, fulfilled: 1, returned: 1 }],
    }),
    [],
  );
});
