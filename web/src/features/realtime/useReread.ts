'use client';

import { useEffect, useEffectEvent, useRef } from 'react';

/** However many messages come in, what they concern is read at most this often. */
const AT_MOST_EVERY_MS = 1_000;

/** A call of what is returned leads to one of `read` soon; calls in between are one. */
export function useReread(read: () => Promise<void>): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const lastRead = useRef(0);
  const run = useEffectEvent(read);
  const start = useRef<() => void>(() => undefined);

  useEffect(() => {
    start.current = () => {
      if (timer.current) return;
      const wait = Math.max(lastRead.current + AT_MOST_EVERY_MS - Date.now(), 0);
      timer.current = setTimeout(() => {
        timer.current = null;
        lastRead.current = Date.now();
        void run();
      }, wait);
    };
    return () => {
      if (timer.current) clearTimeout(timer.current);
      timer.current = null;
    };
  }, []);

  return () => start.current();
}
