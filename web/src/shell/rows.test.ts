import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arranged, type Facts, held, MOST_HELD, orderOf, pageOf, TooMany } from './rows.ts';

interface Row {
  readonly name: string;
  readonly units: number | null;
}

const FACTS: Facts<Row> = { name: (row) => row.name, units: (row) => row.units };
const ROWS: readonly Row[] = [
  { name: 'tea 10', units: 3 },
  { name: 'Tea 9', units: null },
  { name: 'apples', units: 12 },
];
const names = (rows: readonly Row[]) => rows.map((row) => row.name);

test('words and figures are sorted as such, and what is missing comes last either way', () => {
  const by = (sort?: string, find = '') => names(arranged(ROWS, FACTS, find, sort, 'en'));
  assert.deepEqual(by('name'), ['apples', 'Tea 9', 'tea 10']);
  assert.deepEqual(by('-name'), ['tea 10', 'Tea 9', 'apples']);
  assert.deepEqual(by('units'), ['tea 10', 'apples', 'Tea 9']);
  assert.deepEqual(by('-units'), ['apples', 'tea 10', 'Tea 9']);
  assert.deepEqual(by(), names(ROWS));
  assert.deepEqual(by(undefined, ' TEA '), ['tea 10', 'Tea 9']);
  assert.deepEqual(by('name', '12'), ['apples']);
});

test('an order that the list does not have is none', () => {
  assert.equal(orderOf('-units', FACTS), '-units');
  assert.equal(orderOf('colour', FACTS), undefined);
  assert.equal(orderOf('toString', FACTS), undefined);
  assert.equal(orderOf(null, FACTS), undefined);
});

test('pages of rows at hand are counted from the first row', () => {
  assert.deepEqual(pageOf(ROWS, null, 2), { items: ROWS.slice(0, 2), next_cursor: '2' });
  assert.deepEqual(pageOf(ROWS, '2', 2), { items: ROWS.slice(2), next_cursor: null });
  assert.deepEqual(pageOf(ROWS, 'of another order', 3).items, ROWS);
});

test('a whole list keeps what its first page says besides, and ends at the bound', async () => {
  const pages = (last: number) => {
    let asked = 0;
    const fetch = async (cursor: string | undefined) => {
      asked += 1;
      const n = Number(cursor ?? 0);
      const items = Array.from({ length: 200 }, (_, i) => n * 200 + i);
      return { items, next_cursor: n < last ? String(n + 1) : null, note: `page ${n}` };
    };
    return { fetch, asked: () => asked };
  };
  const some = await held(pages(2).fetch);
  assert.equal(some.items.length, 600);
  assert.equal(some.note, 'page 0');
  const many = pages(50);
  await assert.rejects(held(many.fetch), TooMany);
  assert.equal(many.asked(), MOST_HELD / 200);
});
