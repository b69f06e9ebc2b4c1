import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain, share, signedShare } from './figures';

test('a figure that is not defined is a dash, and zero is zero', () => {
  for (const write of [share, signedShare, plain]) {
    assert.equal(write('en', null), '–');
    assert.equal(write('en', undefined), '–');
    assert.match(write('en', 0), /^0/);
  }
});

test('shares are percent, with their sign where it matters', () => {
  assert.equal(share('en', 0.4321), '43.2%');
  assert.equal(signedShare('en', 0.05), '+5.0%');
  assert.equal(signedShare('en', -0.05), '-5.0%');
});
