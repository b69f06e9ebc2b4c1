import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked, beginningOf, type Plan, rowsOf } from './plan.ts';

const plan: Plan = {
  file: 'p.csv',
  layout: 'omnix-promotions',
  title: 'Promotions',
  kind: 'promotions',
  mapping: [{ field: 'first_day', column: 'from', confidence: 0.8, how: 'similar header' }],
  columns: ['from', 'cheaper by'],
  fields: [
    { field: 'first_day', title: 'first day', required: true },
    { field: 'percent_off', title: 'percent off', required: false },
    { field: 'name', title: 'name', required: false },
  ],
  missing: ['percent_off'],
  unmapped: ['cheaper by'],
  warnings: [],
  sample: [{ first_day: '2026-06-01' }],
};

test('fields that are read or lacking come first', () => {
  const { used, rest } = rowsOf(plan);
  assert.deepEqual(
    used.map(({ field, column, required, unsure, example }) => [
      field,
      column,
      required,
      unsure,
      example,
    ]),
    [
      ['first_day', 'from', true, true, '2026-06-01'],
      ['percent_off', '', true, false, ''],
    ],
  );
  assert.deepEqual(
    rest.map(({ field }) => field),
    ['name'],
  );
});

test('a choice is asked as the API takes it', () => {
  assert.deepEqual(asked({ layout: '', mapping: {} }), {});
  assert.deepEqual(asked({ layout: 'promotions', mapping: { sku: 'A=B', name: '' } }), {
    layout: 'promotions',
    map: ['sku=A=B', 'name='],
  });
});

test('of a long file the beginning is looked at, up to the end of a line', async () => {
  const short = new File(['a,b\n1,2\n'], 'a.csv');
  assert.equal(await beginningOf(short), short);
  const long = new File([`a,b\n${'1,2345\n'.repeat(200_000)}`], 'a.csv');
  const text = await (await beginningOf(long))?.text();
  assert.ok(text && text.length <= 1_000_000 && text.endsWith('1,2345\n'));
  const book = new File([new Uint8Array(5_000_000)], 'a.xlsx');
  assert.equal(await beginningOf(book), null);
});
