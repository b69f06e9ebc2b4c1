import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagerAction } from '@/api/types';
import { en } from '@/i18n/en';
import type { Translate } from '@/i18n/locale';
import { fill } from '@/i18n/translate';
import { adviceText, placeOf } from './advice';

const t: Translate = (key, values) => fill('en', en[key], values);

function action(kind: ManagerAction['kind'], evidence: Record<string, number>): ManagerAction {
  return { kind, evidence, currency: 'EUR', product_id: 'a b' } as unknown as ManagerAction;
}

test('advice is worded from its evidence, money in its currency', () => {
  const reprice = action('reprice', {
    price_minor: 500,
    cost_minor: 450,
    usual_margin_price_minor: 750,
  });
  assert.equal(
    adviceText(reprice, t, 'en'),
    'It sells at €5.00 and costs €4.50; at the usual margin of its category it would be €7.50.',
  );
  const promote = action('promote', { on_hand: 120, expected_90_days: 13.1, excess: 106.9 });
  assert.match(adviceText(promote, t, 'en'), /120 .* 13 .* 107 /);
});

test('orders are looked at under replenishment, the rest on the product’s page', () => {
  assert.equal(placeOf(action('reorder', { order: 5 })), '/replenishment/why/?id=a%20b');
  assert.equal(placeOf(action('promote', {})), '/product/?id=a%20b');
});
