import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Customer } from '../../api/types.ts';
import { likelihood, linesOf } from './same.ts';

const base = { id: 'a', name: 'Ann', created_at: '', updated_at: '', status: 'active' } as Customer;

test('a merge is told trait by trait', () => {
  const keeps = { ...base, phone: '1', tags: ['vip'] } as Customer;
  const other = { ...base, id: 'b', name: 'Ann Smith', email: 'a@b.test', phone: '2' } as Customer;
  const after = { ...keeps, email: 'a@b.test', tags: ['vip', 'news'] } as Customer;
  const lines = new Map(linesOf(keeps, other, after).map((line) => [line.trait, line]));
  assert.deepEqual(lines.get('name'), {
    trait: 'name',
    after: 'Ann',
    taken: false,
    dropped: 'Ann Smith',
  });
  assert.deepEqual(lines.get('email'), {
    trait: 'email',
    after: 'a@b.test',
    taken: true,
    dropped: '',
  });
  assert.equal(lines.get('phone')?.dropped, '2');
  assert.equal(lines.get('tags')?.taken, true);
  assert.equal(lines.has('address'), false);
  assert.equal(lines.get('emailConsent')?.after, 'no');
});

test('a score is told in words', () => {
  assert.deepEqual([0.9, 0.7, 0.35].map(likelihood), ['sure', 'likely', 'possible']);
});
