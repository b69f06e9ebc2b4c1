'use client';

import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import {
  FRESH_MS,
  LiveConnection,
  type LiveMessage,
  type LiveState,
  SLACK_MS,
  type Socket,
} from '@/api/live';
import { currentToken, onRenewed, refresh } from '@/api/session';
import { createStore } from '@/ui/store';

export const liveStore = createStore<LiveState>('idle');

const listeners = new Set<(message: LiveMessage) => void>();
const missedListeners = new Set<() => void>();
const lateListeners = new Set<(quiet: number) => void>();

function openSocket(
  events: Parameters<ConstructorParameters<typeof LiveConnection>[0]['open']>[0],
) {
  const url = new URL('/v1/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.received(String(event.data));
  socket.onclose = (event) => events.closed(event.code);
  const handle: Socket = {
    send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
    close: () => socket.close(),
  };
  return handle;
}

export const live = new LiveConnection({
  open: openSocket,
  token: async (renew) => (renew ? refresh() : (currentToken() ?? refresh())),
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  now: () => performance.now(),
  changed: (state) => liveStore.set(state),
  delivered: (message) => {
    for (const listener of listeners) listener(message);
  },
  missed: () => {
    for (const listener of missedListeners) listener();
  },
  late: (quiet) => {
    for (const listener of lateListeners) listener(quiet);
  },
});

/** Channels are joined together, so what they have to say is done together. */
const TOGETHER_MS = 50;
/** How often and how long after the telling a first answer that is still on its way is waited for. */
const AGAIN_MS = 250;
const LONGEST_MS = 10_000;

/** Has what was read before the last telling read again, but for what is kept for longer. */
function makeLate(queries: QueryClient) {
  let told = 0;
  let done = new WeakSet<Query>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const older = (query: Query) =>
    query.isActive() &&
    query.state.data !== undefined &&
    query.state.dataUpdatedAt <= told + SLACK_MS &&
    query.observers.every(({ options }) => options.staleTime === FRESH_MS) &&
    !done.has(query);
  const run = () => {
    timer = null;
    const active = queries.getQueryCache().findAll({ type: 'active' });
    const again = new Set(active.filter(older));
    for (const query of again) done.add(query);
    if (again.size > 0) void queries.invalidateQueries({ predicate: (query) => again.has(query) });
    const onTheirWay = active.some(({ state }) => state.data === undefined && !state.error);
    if (onTheirWay && Date.now() < told + LONGEST_MS) timer = setTimeout(run, AGAIN_MS);
  };
  return {
    tell(quiet: number) {
      told = Math.max(told, Date.now() - quiet);
      done = new WeakSet();
      timer ??= setTimeout(run, TOGETHER_MS);
    },
    stop() {
      if (timer) clearTimeout(timer);
    },
  };
}

/** Keeps the tab's one connection while its owner is shown; what was missed is read again. */
export function useLiveConnection(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const heal = () => void queries.invalidateQueries();
    const online = () => live.retryNow();
    const offline = () => live.networkLost();
    const late = makeLate(queries);
    missedListeners.add(heal);
    lateListeners.add(late.tell);
    addEventListener('online', online);
    addEventListener('offline', offline);
    const deaf = onRenewed((token) => live.renewed(token));
    live.start();
    return () => {
      deaf();
      live.stop();
      missedListeners.delete(heal);
      lateListeners.delete(late.tell);
      late.stop();
      removeEventListener('online', online);
      removeEventListener('offline', offline);
    };
  }, [queries]);
}

/** Calls `onMessage` for each message of a channel while the component is shown. */
export function useLiveChannel(channel: string, onMessage: (message: LiveMessage) => void): void {
  const deliver = useEffectEvent(onMessage);
  useEffect(() => {
    const listener = (message: LiveMessage) => {
      if (message.channel === channel) deliver(message);
    };
    listeners.add(listener);
    const leave = live.subscribe(channel);
    return () => {
      listeners.delete(listener);
      leave();
    };
  }, [channel]);
}
