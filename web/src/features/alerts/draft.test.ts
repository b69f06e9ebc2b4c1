import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstLine, linesOf, minutesOf, type When, whenOf } from './draft';
import type { Kind } from './useRules';

const KIND = {
  name: 'stock',
  title: 'Stock',
  lasting: true,
  faces: ['shortage'],
  attributes: [
    { name: 'state', type: 'text', description: '' },
    { name: 'days_of_cover', type: 'number', description: '' },
    { name: 'stock_value_minor', type: 'number', description: '' },
  ],
} as Kind;

const WHEN = {
  any: [
    {
      all: [
        { attribute: 'state', operator: 'is', value: 'low', negate: true },
        { attribute: 'days_of_cover', operator: 'below', value: 2.5, negate: false },
      ],
    },
    {
      all: [{ attribute: 'stock_value_minor', operator: 'at_least', value: 1250, negate: false }],
    },
  ],
} as When;

test('what is shown and sent back is what was read', () => {
  const lines = linesOf(WHEN, 'EUR');
  assert.equal(lines[1]?.[0]?.text, '12.50');
  assert.deepEqual(whenOf(lines, KIND, 'EUR'), WHEN);
});

test('a value that is missing or no number holds the rule back', () => {
  const line = firstLine(KIND);
  assert.deepEqual([line.attribute, line.operator], ['state', 'is']);
  assert.equal(whenOf([[line]], KIND, 'EUR'), null);
  assert.equal(whenOf([[{ ...line, attribute: 'days_of_cover', text: 'few' }]], KIND, 'EUR'), null);
  const zero = { ...line, attribute: 'days_of_cover', operator: 'below' as const, text: '0' };
  assert.equal(whenOf([[zero]], KIND, 'EUR')?.any[0]?.all[0]?.value, 0);
});

test('minutes until an alert escalates', () => {
  assert.equal(minutesOf(' '), null);
  assert.equal(minutesOf('5'), 5);
  assert.equal(minutesOf(' 43200 '), 43_200);
  for (const wrong of ['4', '43201', '1.5', '-10', 'x', '999999']) {
    assert.equal(minutesOf(wrong), undefined);
  }
});
