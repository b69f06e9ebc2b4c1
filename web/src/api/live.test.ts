import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, LiveConnection, type LiveMessage, type SocketEvents } from './live';

interface Opened {
  events: SocketEvents;
  sent: Record<string, unknown>[];
  closed: boolean;
}

/** A host whose sockets and clock are moved by the test. */
function makeHost(token: string | null = 'token') {
  const sockets: Opened[] = [];
  const waits: { ms: number; run: () => void; cancelled: boolean }[] = [];
  const seen = {
    states: [] as string[],
    messages: [] as LiveMessage[],
    missed: 0,
    late: [] as number[],
    renewals: [] as boolean[],
    now: 100,
  };
  const live = new LiveConnection({
    open(events) {
      const opened: Opened = { events, sent: [], closed: false };
      sockets.push(opened);
      return {
        send: (text) => opened.sent.push(JSON.parse(text)),
        close: () => {
          opened.closed = true;
        },
      };
    },
    token: async (renew) => {
      seen.renewals.push(renew);
      return token;
    },
    later(ms, run) {
      const wait = { ms, run, cancelled: false };
      waits.push(wait);
      return () => {
        wait.cancelled = true;
      };
    },
    random: () => 1,
    now: () => seen.now,
    changed: (state) => seen.states.push(state),
    delivered: (message) => seen.messages.push(message),
    missed: () => {
      seen.missed += 1;
    },
    late: (quiet) => seen.late.push(quiet),
  });
  const socket = () => sockets.at(-1) as Opened;
  const say = (message: unknown) => socket().events.received(JSON.stringify(message));
  const welcome = async () => {
    socket().events.opened();
    await new Promise(setImmediate);
    say({ type: 'authenticated', user: 'usr_1', role: 'manager' });
  };
  const message = (sequence: number) =>
    say({ type: 'message', channel: 'orders', sequence, event: 'order.placed', at: '', data: {} });
  return { live, sockets, waits, seen, socket, say, welcome, message };
}

test('waits double up to half a minute, the random half apart', () => {
  assert.equal(backoff(0, 1), 500);
  assert.equal(backoff(3, 1), 4_000);
  assert.equal(backoff(50, 1), 30_000);
  assert.equal(backoff(50, 0), 15_000);
});

test('it says who it is, then what it wants', async () => {
  const { live, seen, socket, welcome } = makeHost();
  live.subscribe('orders');
  live.start();
  await welcome();
  assert.deepEqual(socket().sent, [
    { type: 'authenticate', token: 'token' },
    { type: 'subscribe', channels: ['orders'] },
  ]);
  assert.deepEqual(seen.states, ['connecting', 'live']);
});

test('a ping is answered, rubbish is not heard', async () => {
  const { live, socket, say, welcome } = makeHost();
  live.start();
  await welcome();
  socket().events.received('{');
  socket().events.received('null');
  say({ type: 'ping' });
  assert.deepEqual(socket().sent.at(-1), { type: 'pong' });
});

test('one message is delivered once, and a gap is told', async () => {
  const { live, seen, say, welcome, message } = makeHost();
  live.subscribe('orders');
  live.start();
  await welcome();
  say({ type: 'subscribed', channel: 'orders', sequence: 7 });
  for (const sequence of [8, 8, 7]) message(sequence);
  assert.equal(seen.messages.length, 1);
  assert.equal(seen.missed, 0);
  message(11);
  assert.equal(seen.messages.length, 2);
  assert.equal(seen.missed, 1);
});

test('what was told after the page was read and before it listened is told late', async () => {
  const { live, seen, say, welcome, message } = makeHost();
  const joined = (channel: string, sequence: number, quiet_ms: number) =>
    say({ type: 'subscribed', channel, sequence, quiet_ms });
  const orders = live.subscribe('orders');
  live.start();
  await welcome();
  seen.now = 900;
  joined('orders', 7, 2_901);
  assert.deepEqual(seen.late, []);
  joined('orders', 7, 0);
  assert.deepEqual(seen.late, []);
  live.subscribe('products');
  joined('products', 3, 300);
  assert.deepEqual(seen.late, [300]);
  orders();
  // What was read a while ago may still be shown when its page is opened again.
  seen.now = 50_000;
  const again = live.subscribe('orders');
  seen.now = 50_100;
  joined('orders', 9, 17_101);
  assert.deepEqual(seen.late, [300]);
  again();
  // Neither what nobody wants any more nor what overtook the answer stands for having heard.
  message(10);
  live.subscribe('orders');
  message(11);
  joined('orders', 11, 14_000);
  assert.deepEqual(seen.late, [300, 14_000]);
  live.stop();
  live.start();
  await welcome();
  joined('orders', 11, 40_000);
  assert.deepEqual(seen.late, [300, 14_000, 40_000]);
  assert.equal(seen.missed, 0);
});

test('after a loss it comes back, subscribes again and has everything read again', async () => {
  const { live, sockets, waits, seen, socket, welcome } = makeHost();
  live.subscribe('orders');
  live.start();
  await welcome();
  socket().events.closed(1006);
  assert.equal(seen.states.at(-1), 'lost');
  waits.at(-1)?.run();
  await welcome();
  assert.equal(sockets.length, 2);
  assert.deepEqual(socket().sent.at(-1), { type: 'subscribe', channels: ['orders'] });
  assert.equal(seen.missed, 1);
});

test('each failure waits longer, success starts over', async () => {
  const { live, waits, socket, welcome } = makeHost();
  live.start();
  for (let i = 0; i < 3; i += 1) {
    socket().events.closed(1006);
    waits.at(-1)?.run();
  }
  assert.deepEqual(
    waits.map((wait) => wait.ms),
    [500, 1_000, 2_000],
  );
  await welcome();
  socket().events.closed(1006);
  assert.equal(waits.at(-1)?.ms, 500);
});

test('a refused token is renewed for the next attempt', async () => {
  const { live, waits, seen, socket, say } = makeHost();
  live.start();
  socket().events.opened();
  await new Promise(setImmediate);
  say({ type: 'error', code: 'unauthenticated', detail: '' });
  waits.at(-1)?.run();
  socket().events.opened();
  await new Promise(setImmediate);
  assert.deepEqual(seen.renewals, [false, true]);
});

test('a renewed token is told on the open connection, which stays as it is', async () => {
  const { live, sockets, seen, socket, say, welcome } = makeHost();
  live.subscribe('orders');
  live.renewed('token');
  live.start();
  live.renewed('early');
  await welcome();
  const before = socket().sent.length;
  live.renewed('token');
  assert.equal(socket().sent.length, before);
  live.renewed('next');
  assert.deepEqual(socket().sent.slice(before), [{ type: 'authenticate', token: 'next' }]);
  say({ type: 'authenticated', user: 'usr_1', role: 'manager' });
  assert.equal(socket().sent.length, before + 1);
  assert.equal(sockets.length, 1);
  assert.equal(seen.missed, 0);
  assert.deepEqual(seen.states, ['connecting', 'live']);
});

test('after a proof that ran out it comes back with a new one', async () => {
  const { live, waits, seen, socket, welcome } = makeHost();
  live.start();
  await welcome();
  socket().events.closed(4001);
  waits.at(-1)?.run();
  await welcome();
  assert.deepEqual(seen.renewals, [false, true]);
});

test('whoever is signed out stays away', async () => {
  const { live, waits, seen, socket } = makeHost(null);
  live.start();
  socket().events.opened();
  await new Promise(setImmediate);
  assert.equal(seen.states.at(-1), 'idle');
  assert.equal(socket().closed, true);
  assert.equal(waits.length, 0);
});

test('what a dropped socket still says is not heard', async () => {
  const { live, sockets, seen, welcome } = makeHost();
  live.start();
  await welcome();
  live.stop();
  sockets[0]?.events.closed(1006);
  sockets[0]?.events.received('{"type":"message","channel":"a","sequence":1}');
  assert.equal(seen.states.at(-1), 'idle');
  assert.equal(seen.messages.length, 0);
});

test('trying now skips the rest of the wait', async () => {
  const { live, sockets, waits, socket, welcome } = makeHost();
  live.start();
  await welcome();
  socket().events.closed(1006);
  live.retryNow();
  assert.equal(waits[0]?.cancelled, true);
  assert.equal(sockets.length, 2);
});

test('a channel is left when its last user goes', async () => {
  const { live, socket, welcome } = makeHost();
  live.start();
  await welcome();
  const first = live.subscribe('orders');
  const second = live.subscribe('orders');
  first();
  first();
  assert.equal(socket().sent.length, 2);
  second();
  assert.deepEqual(socket().sent.at(-1), { type: 'unsubscribe', channels: ['orders'] });
});
