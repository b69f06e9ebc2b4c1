import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, taken } from './events';

test('events are taken whole, whatever pieces they come in', () => {
  const whole = 'event: tool\ndata: {"a": 1}\n\nevent: text\ndata: {"text": "x"}\n\n';
  let rest = '';
  const found = [];
  for (const piece of whole.match(/.{1,7}/gs) ?? []) {
    const made = taken(rest + piece);
    found.push(...made.events);
    rest = made.rest;
  }
  assert.equal(rest, '');
  assert.deepEqual(found, [
    { event: 'tool', data: '{"a": 1}' },
    { event: 'text', data: '{"text": "x"}' },
  ]);
});

test('text is cut at its citations, counted in characters', () => {
  const parts = cut('🎉 EUR 5 and 7.', [
    { start: 2, end: 7 },
    { start: 12, end: 13 },
  ]);
  assert.deepEqual(parts, [
    { text: '🎉 ', at: null },
    { text: 'EUR 5', at: 0 },
    { text: ' and ', at: null },
    { text: '7', at: 1 },
    { text: '.', at: null },
  ]);
  assert.deepEqual(cut('', []), []);
});
