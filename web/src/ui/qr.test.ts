import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { qrCode } from './qr';

const URI =
  'otpauth://totp/OMNIX:ann%40example.test?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=OMNIX';

/** Sums of grids that another encoder drew alike, with the same mask. */
const DRAWN: ReadonlyArray<readonly [string, number, string]> = [
  ['a', 21, 'e8ab680854e4019c'],
  [URI, 41, 'a193ef0f86e147c4'],
  ['é'.repeat(40), 37, '94567450d5353572'],
  ['y'.repeat(125), 49, '25d0f06811de9bac'],
  ['v'.repeat(213), 57, 'fab98ac44d7635fe'],
];

test('grids are those that another encoder draws', () => {
  for (const [text, size, sum] of DRAWN) {
    const rows = qrCode(text).map((row) => row.map(Number).join(''));
    assert.equal(rows.length, size);
    assert.equal(createHash('sha256').update(rows.join('\n')).digest('hex').slice(0, 16), sum);
  }
});

test('what does not fit is refused', () => {
  assert.throws(() => qrCode('x'.repeat(214)), RangeError);
});
