import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interaction } from '../../api/types.ts';
import { byDay, laterOf, numberOf, textOf } from './happened.ts';

function at(when: string): Interaction {
  return { id: `visit:${when}`, kind: 'visit', at: when, customer_id: 'a', title: '', details: {} };
}

test('days hold what happened on them, newest first as it came', () => {
  const items = [
    at('2026-05-02T09:00:00Z'),
    at('2026-05-02T08:00:00Z'),
    at('2026-05-01T08:00:00Z'),
  ];
  const days = byDay(items, (iso) => iso.slice(0, 10));
  assert.deepEqual(
    days.map(({ day, items: of }) => [day, of.length]),
    [
      ['2026-05-02', 2],
      ['2026-05-01', 1],
    ],
  );
  assert.deepEqual(
    byDay([], (iso) => iso),
    [],
  );
});

test('details of another form are left aside', () => {
  const details = { status: 'placed', units: 3, changes: [{ kind: 'pay', at: 'x' }, 7, null] };
  assert.equal(textOf(details, 'status'), 'placed');
  assert.equal(textOf(details, 'units'), '');
  assert.equal(numberOf(details, 'units'), 3);
  assert.equal(numberOf(details, 'status'), null);
  assert.deepEqual(laterOf(details), [{ kind: 'pay', at: 'x' }]);
  assert.deepEqual(laterOf({}), []);
});
