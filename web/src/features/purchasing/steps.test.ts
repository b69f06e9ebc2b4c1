import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSteps, outstanding, STATES } from './steps';

test('an order that is over offers nothing, any other a way on', () => {
  const over = STATES.filter((state) => nextSteps({ state }).length === 0);
  assert.deepEqual(over, ['closed', 'cancelled']);
});

test('what has partly come can be closed but no longer cancelled', () => {
  assert.deepEqual(nextSteps({ state: 'partly_received' }), ['receive', 'close']);
});

test('more than was ordered leaves nothing outstanding', () => {
  assert.equal(outstanding({ quantity: 5 }), 5);
  assert.equal(outstanding({ quantity: 5, received: 7 }), 0);
});
