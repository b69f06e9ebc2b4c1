import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addDays,
  changeSize,
  count,
  day,
  decimal,
  minorDigits,
  moment,
  money,
  percent,
  share,
  signedShare,
  today,
  weekdays,
} from './format';

test('money has as many minor digits as its currency', () => {
  assert.equal(money('en-GB', 123456, 'GBP'), '£1,234.56');
  assert.equal(money('en', 123456, 'JPY'), '¥123,456');
  assert.equal(minorDigits('KWD'), 3);
  assert.equal(money('en-GB', -5, 'EUR'), '-€0.05');
});

test('money can be shortened for tiles and axes', () => {
  assert.equal(money('en-GB', 123456, 'GBP', 'whole'), '£1,235');
  assert.equal(money('en', 123456700, 'USD', 'compact'), '$1.2M');
});

test('numbers follow the locale', () => {
  assert.equal(count('de', 1234567), '1.234.567');
  assert.equal(percent('en', 0.1234), '12.3%');
  assert.equal(share('en', 0.59), '59.0%');
  assert.equal(decimal('de', 0.71, 3), '0,710');
  assert.equal(changeSize('en', -0.054), '5.4%');
  assert.equal(changeSize('en', 0.09), '9%');
  assert.equal(signedShare('en', 0.2), '+20.0%');
  assert.equal(changeSize('en', 1.257), '126%');
});

test('a calendar day stays the same day wherever the reader is', () => {
  const before = process.env.TZ;
  for (const zone of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
    process.env.TZ = zone;
    assert.equal(day('en-GB', '2026-03-01'), '1 Mar 2026');
    assert.equal(addDays('2026-03-01', -1), '2026-02-28');
  }
  process.env.TZ = before;
});

test('what is not a date is shown as it came', () => {
  assert.equal(day('en', 'soon'), 'soon');
  assert.equal(moment('en', '', 'UTC'), '');
});

test('a moment is told in the zone of the shop', () => {
  assert.match(moment('en-GB', '2026-06-30T22:30:00Z', 'Asia/Jerusalem'), /1 Jul 2026.*01:30/);
});

test('weeks start on Monday, as forecasts number days', () => {
  assert.deepEqual(weekdays('en'), ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
});

test('today is the day of the zone, not of the browser', () => {
  const now = new Date('2026-03-01T23:30:00Z');
  assert.equal(today('UTC', now), '2026-03-01');
  assert.equal(today('Asia/Tokyo', now), '2026-03-02');
});
