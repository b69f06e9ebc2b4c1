import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupParts, metricName } from './judged';

test('measures are written as they are known', () => {
  assert.equal(metricName('wql'), 'wQL');
  assert.equal(metricName('recall_10'), 'recall@10');
  assert.equal(metricName('mean_error'), 'mean error');
});

test('groups fall into what they are by and which one', () => {
  assert.deepEqual(groupParts('class:AX'), { kind: 'class', value: 'AX' });
  assert.deepEqual(groupParts('all'), { kind: 'all', value: '' });
});
