import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv, everyRow } from './csv';

test('cells are quoted where they must be and never become formulas', async () => {
  const rows = [
    { name: 'plain', n: 1 },
    { name: 'a "b", c', n: null },
    { name: '=1+1', n: -2 },
  ];
  const file = csv<(typeof rows)[number]>({ name: (row) => row.name, n: (row) => row.n }, rows);
  assert.equal(await file.text(), 'name,n\r\nplain,1\r\n"a ""b"", c",\r\n\'=1+1,-2\r\n');
});

test('every page is read once, in order', async () => {
  const asked: Array<string | undefined> = [];
  const rows = await everyRow(({ cursor }) => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    return Promise.resolve({ items: [at, at + 1], next_cursor: at < 4 ? String(at + 2) : null });
  });
  assert.deepEqual(rows, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(asked, [undefined, '2', '4']);
});

test('a list that never ends is an error, not half of a file', async () => {
  await assert.rejects(everyRow(() => Promise.resolve({ items: [1], next_cursor: 'more' })));
});
