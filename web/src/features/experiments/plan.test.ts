import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectText, isGood, scaleOf } from './figures';
import { type Draft, FIRST_METRIC, flagOf, keyOf, OWN, planOf, powerOf, weights } from './plan';

const DRAFT: Draft = {
  name: 'Café – red button',
  hypothesis: '',
  key: '',
  unit: 'customer',
  traffic: '50',
  variants: [
    { name: 'As now', value: '' },
    { name: 'As now', value: '{"colour": "red"}' },
    { name: 'חדש', value: '' },
  ],
  metrics: [
    FIRST_METRIC,
    { ...FIRST_METRIC, name: 'return_rate', role: 'guardrail' },
    { ...FIRST_METRIC, name: OWN, own: 'Signed up', role: 'secondary' },
  ],
  method: 'sequential',
  planned: '2000',
};

test('a draft becomes a plan whose keys are unlike and whose weights are whole', () => {
  const plan = planOf(DRAFT);
  assert.equal(plan.key, 'cafe-red-button');
  assert.equal(plan.traffic, 5000);
  assert.equal(plan.planned_units, 2000);
  assert.deepEqual(
    plan.variants.map((variant) => (variant as { key: string }).key),
    ['as-now', 'as-now-2', 'variant-3'],
  );
  assert.deepEqual(plan.metrics[1], {
    name: 'return_rate',
    role: 'guardrail',
    margin: 0.05,
    outcome: null,
  });
  assert.equal((plan.metrics[2] as { name: string }).name, 'signed-up');
  for (const n of [2, 3, 7])
    assert.equal(
      weights(n).reduce((a, b) => a + b),
      10_000,
    );
});

test('a flag is what was typed: a figure, a truth, an object or words', () => {
  assert.deepEqual(['12', 'true', '{"a":1}', '#c00', ' '].map(flagOf), [
    12,
    true,
    { a: 1 },
    '#c00',
    null,
  ]);
  assert.equal(keyOf('!!!'), '');
});

test('the calculator asks only when nothing is missing', () => {
  const draft = {
    kind: 'proportion',
    baseline: '10',
    deviation: '',
    effect: '5',
    perDay: '40',
  } as const;
  assert.equal(powerOf(draft, 3)?.baseline, 0.1);
  assert.equal(powerOf(draft, 3)?.arms, 3);
  assert.equal(powerOf({ ...draft, effect: '' }, 2), null);
  assert.equal(powerOf({ ...draft, kind: 'mean' }, 2), null);
  assert.equal(powerOf({ ...draft, kind: 'mean', deviation: '4,5' }, 2)?.deviation, 4.5);
});

test('effects are shares of the control, or in the metric’s own unit', () => {
  assert.equal(effectText('en', 'money', 0.302, true, 'EUR'), '+30%');
  assert.equal(effectText('en', 'money', -150, false, 'EUR'), '-€1.50');
  assert.equal(effectText('en', 'share', 0.012, false, 'EUR'), '+1.2');
  assert.equal(isGood({ better: 'lower' }, -0.1), true);
  const scale = scaleOf([{ low: 0.1, high: Number.POSITIVE_INFINITY }]);
  assert.ok(scale.low < 0 && scale.high > 0.1 && Number.isFinite(scale.high));
});
