'use client';

import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { changeUrl } from './useUrlState';

const PAUSE_MS = 250;

const toAddress = (q: string) => changeUrl({ q, cursor: null });

/** A search: follows typing at once and the address after a pause; a changed address (Back) wins. */
export function useTyped(search: string, onSettled: (text: string) => void = toAddress) {
  const settle = useEffectEvent(onSettled);
  const [typed, setTyped] = useState(search);
  const sent = useRef(search);
  useEffect(() => {
    if (search !== sent.current) {
      sent.current = search;
      setTyped(search);
    }
  }, [search]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      settle(typed);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped] as const;
}
