import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '@/i18n/en';
import type { Translate } from '@/i18n/locale';
import { fill } from '@/i18n/translate';
import { movesOf } from './moves';
import { segmentName } from './names';
import { conditionOf, draftOf, ruleText } from './rules';

const t: Translate = (key, values) => fill('en', en[key], values);

test('what is typed becomes minor units and shares, and nothing where it is no figure', () => {
  const typed = (attribute: Parameters<typeof draftOf>[0], value: string) =>
    conditionOf({ ...draftOf(attribute), value }, 2)?.value;
  assert.equal(typed('orders', '10'), 10);
  assert.equal(typed('churn', '50'), 0.5);
  assert.equal(typed('revenue_minor', '12.50'), 1250);
  assert.equal(typed('orders', ''), undefined);
  assert.equal(typed('revenue_minor', 'much'), undefined);
  assert.equal(typed('favourite_category', 'Tea'), 'Tea');
  assert.equal(conditionOf(draftOf('lifecycle'), 2)?.operator, 'is');
});

test('a rule is told in words, its values as people write them', () => {
  const rule = {
    any: [
      {
        all: [
          { attribute: 'orders', operator: 'at_least', value: 10, negate: false },
          { attribute: 'churn', operator: 'above', value: 0.5, negate: false },
        ],
      },
      { all: [{ attribute: 'lifecycle', operator: 'is', value: 'at_risk', negate: true }] },
    ],
  } as const;
  assert.equal(
    ruleText(rule, t, 'en', 'EUR'),
    'orders at least 10 and chance of staying away above 50% or not (stage is At risk)',
  );
});

test('clusters are named by their traits, lifecycles by their code, rules as people named them', () => {
  const said = (code: string, english: string) => `[${code.split('.').at(-1)}]` || english;
  const cluster = { id: 'cluster-1', kind: 'cluster', name: 'long away, buys seldom (2)' } as const;
  assert.equal(segmentName(cluster, said), '[long away], [buys seldom] (2)');
  const stage = { id: 'lifecycle-new', kind: 'lifecycle', name: 'new' } as const;
  assert.equal(segmentName(stage, said), '[lifecycle-new]');
  assert.equal(segmentName({ id: 's', kind: 'rule', name: 'a, b' }, said), 'a, b');
});

test('moves are told by where people came from, the largest first', () => {
  const of = (id: string, came_from: Record<string, number>) =>
    ({ id, performance: { came_from } }) as unknown as Parameters<typeof movesOf>[0][number];
  assert.deepEqual(movesOf([of('a', { b: 1, nowhere: 2 }), of('b', {}), of('c', { a: 5 })]), [
    { from: 'a', to: 'c', customers: 5 },
    { from: 'nowhere', to: 'a', customers: 2 },
    { from: 'b', to: 'a', customers: 1 },
  ]);
});

test('names that the API writes small begin with a capital letter', () => {
  const plain = (_: string, english: string) => english;
  assert.equal(
    segmentName({ id: 'lifecycle-at_risk', kind: 'lifecycle', name: 'at risk' }, plain),
    'At risk',
  );
});
