import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountOf, minorOf } from './amount';

test('typed amounts become exact minor units', () => {
  assert.equal(minorOf('12.5', 'EUR'), 1250);
  assert.equal(minorOf('12,50', 'EUR'), 1250);
  assert.equal(minorOf('0.07', 'EUR'), 7);
  assert.equal(minorOf('9007199.25', 'EUR'), 900719925);
  assert.equal(minorOf('500', 'JPY'), 500);
  assert.equal(minorOf('1.234', 'KWD'), 1234);
});

test('what is no amount is refused, not rounded', () => {
  for (const text of ['', ' ', '-1', '1.234', '1e3', 'x', '1.2.3']) {
    assert.equal(minorOf(text, 'EUR'), null, text);
  }
  assert.equal(minorOf('1.5', 'JPY'), null);
});

test('a field shows what was read', () => {
  for (const minor of [0, 7, 70, 1250]) assert.equal(minorOf(amountOf(minor, 'EUR'), 'EUR'), minor);
  assert.equal(amountOf(7, 'EUR'), '0.07');
  assert.equal(amountOf(500, 'JPY'), '500');
});
