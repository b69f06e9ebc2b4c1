import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patiently } from './patiently';

function failing(times: number) {
  const state = { calls: 0, waits: [] as number[] };
  const load = async () => {
    state.calls += 1;
    if (state.calls <= times) throw new Error(`failure ${state.calls}`);
    return 'loaded';
  };
  const wait = async (ms: number) => state.waits.push(ms);
  return { state, load, wait };
}

test('what fails for a while is loaded in the end', async () => {
  const { state, load, wait } = failing(2);
  assert.equal(await patiently(load, wait), 'loaded');
  assert.deepEqual(state.waits, [1_000, 2_000]);
});

test('what fails for good is told', async () => {
  const { state, load, wait } = failing(99);
  await assert.rejects(patiently(load, wait), /failure 6/);
  assert.deepEqual(state.waits, [1_000, 2_000, 4_000, 8_000, 16_000]);
});
