'use client';

import { useSearchParams } from 'next/navigation';
import { type Changes, withParams } from './url';

/** `replace` for typing and choices; `push` where Back should undo the step. */
export function changeUrl(changes: Changes, how: 'replace' | 'push' = 'replace'): void {
  const url = location.pathname + withParams(location.search, changes);
  if (how === 'push') history.pushState(null, '', url);
  else history.replaceState(null, '', url);
}

/**
 * Keeps in the address what nothing on the page is drawn from. The router is not told: that would
 * call off the page that a link leads to while it is still on its way.
 */
export function markPlace(changes: Changes): void {
  const url = location.pathname + withParams(location.search, changes);
  History.prototype.replaceState.call(history, history.state, '', url);
}

export function useParam(name: string): string | null {
  return useSearchParams().get(name);
}
