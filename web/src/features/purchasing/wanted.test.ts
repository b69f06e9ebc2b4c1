import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Proposal } from '@/api/types';
import { byLocation, type Chosen, corrected, keyOf, totalCost, unitsOf } from './wanted';

function chosen(product: string, location: string, quantity: number, cost: number | null = 100) {
  const proposal = { product_id: product, location_id: location, unit_cost_minor: cost };
  return { proposal: proposal as Proposal, quantity } satisfies Chosen;
}

test('only whole numbers from zero are units', () => {
  assert.deepEqual(['12', ' 7 ', '0'].map(unitsOf), [12, 7, 0]);
  assert.deepEqual(['', ' ', '-1', '1.5', 'x', '1e400'].map(unitsOf), Array(6).fill(null));
});

test('one product at two places is two choices, drafted place by place', () => {
  const all = [chosen('a', 'x', 1), chosen('b', 'x', 1), chosen('a', 'y', 1)];
  assert.equal(new Set(all.map(({ proposal }) => keyOf(proposal))).size, 3);
  assert.deepEqual(
    [...byLocation(all)],
    [
      ['x', ['a', 'b']],
      ['y', ['a']],
    ],
  );
});

test('an unknown cost adds nothing to the total', () => {
  assert.equal(totalCost([chosen('a', 'x', 3, 250), chosen('b', 'x', 9, null)]), 750);
});

test('a draft is corrected to what was wanted at its own place, and only where it differs', () => {
  const wanted = new Map(
    [chosen('a', 'x', 40), chosen('a', 'y', 7)].map((each) => [keyOf(each.proposal), each]),
  );
  const line = { product_id: 'a', quantity: 32 };
  const other = { product_id: 'b', quantity: 5 };
  assert.deepEqual(corrected({ location_id: 'x', lines: [line, other] }, wanted), [
    { product_id: 'a', quantity: 40 },
    { product_id: 'b', quantity: 5 },
  ]);
  assert.equal(corrected({ location_id: 'y', lines: [{ ...line, quantity: 7 }] }, wanted), null);
});
