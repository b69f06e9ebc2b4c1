import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cause, Changes } from '@/api/types';
import { en } from '@/i18n/en';
import type { Translate } from '@/i18n/locale';
import { fill } from '@/i18n/translate';
import { causeText, headline, ordinaryText, placeOf, signedAmount } from './causes';

const t: Translate = (key, values) => fill('en', en[key], values);
const place = (id: string) => (id === 'loc-1' ? 'Harbour' : id);

function cause(given: Partial<Cause>): Cause {
  return { kind: 'stock', effect: -5, text: 'in English', products: [], ...given } as Cause;
}

function changes(given: Partial<Changes>): Changes {
  const range = { from: '2026-01-08', to: '2026-01-14' };
  const usual = { metric: 'revenue', unit: 'money', currency: 'EUR', compared_pairs: 9 };
  return { ...usual, range, causes: [], change: -5, change_share: -0.05, ...given } as Changes;
}

test('a cause is worded from its products and its sign', () => {
  const product = { product_id: 'p', sku: 'P', name: 'Tea', effect: -5 };
  const some = { products: [product, { ...product, product_id: 'q' }], other_products: 3 };
  assert.equal(
    causeText(cause(some), t, place),
    'Out of stock for more of the time than before: Tea and 4 more.',
  );
  assert.equal(
    causeText(cause({ products: [product], effect: 5 }), t, place),
    'On the shelf for more of the time than before: Tea.',
  );
});

test('groups are named; one that is new to the page is left to the API', () => {
  const of = (grouping: string, label: string) =>
    causeText(cause({ kind: 'segment', segment: { grouping, label } }), t, place);
  assert.match(of('place', 'loc-1'), /^Orders at Harbour: they bought less/);
  assert.match(of('leans', 'Coffee'), /more “Coffee” than others/);
  assert.match(of('spend', 'top'), /^The 5% of customers/);
  assert.equal(of('moon', 'full'), 'in English');
});

test('the headline says which way, the amounts keep their sign', () => {
  assert.equal(headline(changes({}), t, 'en'), 'Revenue fell by 5%');
  assert.equal(headline(changes({ change: 0 }), t, 'en'), 'Revenue did not change');
  assert.match(headline(changes({ change: 5, change_share: null }), t, 'en'), /^Revenue rose; /);
  assert.equal(signedAmount('en', changes({}), 1205), '+€12.05');
  assert.equal(signedAmount('en', changes({ unit: 'units' }), -1205), '-1,205');
});

test('nothing is called ordinary where nothing can be told', () => {
  assert.match(ordinaryText(changes({ compared_pairs: 0 }), t), /too short/);
  const opening = cause({ kind: 'opening', effect: -50, usual: 10 });
  assert.match(ordinaryText(changes({ causes: [opening] }), t), /calendar/);
  assert.match(ordinaryText(changes({ causes: [cause({ usual: 10 })] }), t), /usual ups and downs/);
});

test('each cause leads to where more is to be seen', () => {
  const at = (given: Partial<Cause>) => placeOf(cause(given), changes({}))?.href;
  assert.equal(at({ kind: 'traffic' }), '/orders/?from=2026-01-08&to=2026-01-14');
  assert.equal(
    at({ kind: 'segment', segment: { grouping: 'leans', label: 'Tea & Co' } }),
    '/products/?category=Tea+%26+Co',
  );
  assert.equal(
    at({ kind: 'segment', segment: { grouping: 'place', label: 'loc-1' } }),
    '/dashboard/products/?location=loc-1',
  );
  assert.equal(at({ kind: 'price' }), undefined);
});
