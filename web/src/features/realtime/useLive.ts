'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { LiveConnection, type LiveMessage, type LiveState, type Socket } from '@/api/live';
import { currentToken, onRenewed, refresh } from '@/api/session';
import { createStore } from '@/ui/store';

export const liveStore = createStore<LiveState>('idle');

const listeners = new Set<(message: LiveMessage) => void>();
const missedListeners = new Set<() => void>();

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
});

/** Keeps the tab's one connection while its owner is shown; what was missed is read again. */
export function useLiveConnection(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const heal = () => void queries.invalidateQueries();
    const online = () => live.retryNow();
    const offline = () => live.networkLost();
    missedListeners.add(heal);
    addEventListener('online', online);
    addEventListener('offline', offline);
    const deaf = onRenewed((token) => live.renewed(token));
    live.start();
    return () => {
      deaf();
      live.stop();
      missedListeners.delete(heal);
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
