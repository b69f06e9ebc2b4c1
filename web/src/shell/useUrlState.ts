'use client';

import { useSearchParams } from 'next/navigation';
import { type Changes, withParams } from './url';

/** `replace` for typing and choices; `push` where Back should undo the step. */
export function changeUrl(changes: Changes, how: 'replace' | 'push' = 'replace'): void {
  const url = location.pathname + withParams(location.search, changes);
  if (how === 'push') history.pushState(null, '', url);
  else history.replaceState(null, '', url);
}

export function useParam(name: string): string | null {
  return useSearchParams().get(name);
}
