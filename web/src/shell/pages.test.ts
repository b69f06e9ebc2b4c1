import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUPS, isHere, ON_PHONE } from './pages';

const ITEMS = GROUPS.flatMap((group) => group.items);

test('every page stands in one place, and those on a phone are among them', () => {
  const hrefs = ITEMS.map((item) => item.href);
  assert.equal(new Set(hrefs).size, hrefs.length);
  for (const href of ON_PHONE) assert.ok(hrefs.includes(href), href);
});

test('a page belongs to one item', () => {
  const of = (path: string) => ITEMS.filter((item) => isHere(item, path)).map(({ href }) => href);
  for (const [path, href] of [
    ['/', '/'],
    ['/dashboard/changes/', '/'],
    ['/product/', '/products/'],
    ['/purchase-order/', '/purchase-orders/'],
    ['/inventory/count/', '/inventory/'],
    ['/forecasts/what-if/', '/accuracy/'],
  ]) {
    assert.deepEqual(of(path ?? ''), [href], path);
  }
});
