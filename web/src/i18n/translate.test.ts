import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en, type Message } from './en';
import { he } from './he';
import { fill } from './translate';

test('places are filled, unknown places stay visible', () => {
  assert.equal(fill('en', 'As of {time}', { time: 'noon' }), 'As of noon');
  assert.equal(fill('en', 'As of {time}'), 'As of {time}');
  assert.equal(fill('en', '{n} left', { n: 12345 }), '12,345 left');
});

test('plural forms follow the language', () => {
  assert.equal(fill('en', en['dashboard.days'], { n: 1 }), '1 day');
  assert.equal(fill('en', en['dashboard.days'], { n: 30 }), '30 days');
  assert.equal(fill('he', he['dashboard.days'], { n: 2 }), 'יומיים');
  assert.equal(fill('he', he['dashboard.days'], { n: 30 }), '30 ימים');
});

function places(message: Message): string[] {
  const texts = typeof message === 'string' ? [message] : [message.other];
  return texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []).sort();
}

test('every translation fills the same places as the English one', () => {
  for (const [key, message] of Object.entries(en)) {
    assert.deepEqual(places(he[key as keyof typeof en]), places(message), key);
  }
});
