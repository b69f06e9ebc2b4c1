import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSort } from '../sort';
import { laidOut } from './steps';

const steps = (...values: number[]) =>
  values.map((value, i) => ({ key: String(i), name: String(i), value }));

test('each step begins where the one before it ended, all within the scale', () => {
  const { starts, scale } = laidOut(steps(5, -9, 6), 2);
  assert.deepEqual(starts, [0, 5, -4]);
  assert.deepEqual(scale, { low: -4, width: 9 });
});

test('a change of nothing has a scale to be drawn on', () => {
  assert.deepEqual(laidOut([], 0).scale, { low: 0, width: 1 });
});

test('a head turns the order round; figures begin with the highest, words with the first', () => {
  assert.equal(nextSort(undefined, 'name', false), 'name');
  assert.equal(nextSort('name', 'name', false), '-name');
  assert.equal(nextSort('-name', 'name', false), 'name');
  assert.equal(nextSort('name', 'revenue', true), '-revenue');
});
