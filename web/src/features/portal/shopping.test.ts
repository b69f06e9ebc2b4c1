import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Needed } from '@/api/types';
import { byUrgency } from './shopping';

const needed = (name: string, run_out: string) => ({ name, run_out }) as Needed;

test('what ran out comes first, then the week to come, each by its day', () => {
  const groups = byUrgency(
    [
      needed('later', '2026-03-10'),
      needed('week', '2026-03-09'),
      needed('today', '2026-03-02'),
      needed('past', '2026-02-20'),
      needed('tomorrow', '2026-03-03'),
    ],
    '2026-03-02',
  );
  const names = Object.values(groups).map((group) => group.map((one) => one.name));
  assert.deepEqual(names, [['past', 'today'], ['tomorrow', 'week'], ['later']]);
});
