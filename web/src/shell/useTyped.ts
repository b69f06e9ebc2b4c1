'use client';

import { useEffect, useRef, useState } from 'react';
import { changeUrl } from './useUrlState';

const PAUSE_MS = 250;

/** The search `q`: follows typing at once and the address after a pause; a changed address (Back) wins. */
export function useTyped(search: string) {
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
      changeUrl({ q: typed, cursor: null });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped] as const;
}
