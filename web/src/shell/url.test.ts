import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneOf, oneOfNumbers, safeNext, withParams } from './url';

test('changes are made and the rest stays', () => {
  assert.equal(withParams('?a=1&b=2', { b: null, c: 'x y' }), '?a=1&c=x+y');
  assert.equal(withParams('?a=1', { a: '' }), '');
});

test('what is not allowed becomes the default', () => {
  assert.equal(oneOf('name', ['name', '-created_at']), 'name');
  assert.equal(oneOf('drop table', ['name', '-created_at']), 'name');
  assert.equal(oneOfNumbers('90', [7, 30, 90], 30), 90);
  assert.equal(oneOfNumbers('', [0, 7], 7), 0);
  assert.equal(oneOfNumbers(null, [7, 30], 30), 30);
  assert.equal(oneOfNumbers('1e1', [7, 30], 30), 30);
});

test('signing in never leads to another site', () => {
  assert.equal(safeNext('/product/?id=p1'), '/product/?id=p1');
  for (const bad of [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/a\n',
    null,
    '/login/',
  ]) {
    assert.equal(safeNext(bad), '/');
  }
});
