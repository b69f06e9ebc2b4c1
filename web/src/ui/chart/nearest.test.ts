import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest';

test('points side by side are found by their number', () => {
  assert.equal(nearest(1.6, 4), 2);
  assert.equal(nearest(-3, 4), 0);
  assert.equal(nearest(9, 4), 3);
});

test('points on a scale are found by their place', () => {
  assert.equal(nearest(20, 3, [0, 60, 72]), 0);
  assert.equal(nearest(65, 3, [0, 60, 72]), 1);
  assert.equal(nearest(500, 3, [0, 60, 72]), 2);
});
