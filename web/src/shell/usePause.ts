'use client';

import { useEffect, useState } from 'react';

const PAUSE_MS = 250;

/** What was typed, once typing pauses. */
export function usePause(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
