import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, isPassing, reasonAt, toApiError } from './problem';

test('a problem document becomes an error with its reasons', () => {
  const error = toApiError(422, {
    title: 'Invalid',
    detail: 'Two fields are wrong.',
    errors: [{ field: 'body.email', reason: 'No e-mail address.' }, 'rubbish'],
  });
  assert.equal(error.detail, 'Two fields are wrong.');
  assert.equal(error.reasonFor('email'), 'No e-mail address.');
  assert.equal(error.reasonFor('password'), undefined);
  assert.deepEqual(error.fields, ['email']);
});

test('what a proxy sends instead is no reason to fall over', () => {
  for (const body of ['<html>', null, 7, [], { errors: 'x', title: '' }]) {
    const error = toApiError(502, body);
    assert.equal(error.status, 502);
    assert.equal(error.message, 'HTTP 502');
    assert.deepEqual(error.errors, []);
  }
});

test('only what may pass is tried again', () => {
  const passing = [0, 429, 500, 503].map((status) => isPassing(new ApiError(status, '')));
  assert.deepEqual(passing, [true, true, true, true]);
  assert.equal(isPassing(new ApiError(404, '')), false);
  assert.equal(isPassing(new TypeError()), false);
});

test('a reason is found by any part of its path', () => {
  const error = toApiError(400, {
    errors: [
      { field: 'lines[1].quantity', reason: 'Too many.' },
      { field: 'note', reason: 'No.' },
    ],
  });
  assert.equal(reasonAt(error, 'lines[1]'), 'Too many.');
  assert.equal(reasonAt(error, 'lines[11]'), undefined);
  assert.equal(reasonAt(error, 'note'), 'No.');
  assert.equal(reasonAt(new Error('note'), 'note'), undefined);
});
