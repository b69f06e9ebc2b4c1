'use client';

import { useEffect, useState } from 'react';

const read = () => new URLSearchParams(location.hash.slice(1)).get('code') ?? '';

/**
 * The code that a mailed link brought, '' without one. It stands after the `#`, which no server
 * sees, and leaves the address once it is read, so that it stays in no history.
 */
export function useMailedCode(): string {
  const [code, setCode] = useState(read);
  useEffect(() => {
    let leaving: ReturnType<typeof setTimeout>;
    const take = () => {
      const found = read();
      if (!found) return;
      setCode(found);
      // Not before the router listens, or it would bring the code back with its own address.
      leaving = setTimeout(() =>
        history.replaceState(null, '', location.pathname + location.search),
      );
    };
    take();
    addEventListener('hashchange', take);
    return () => {
      clearTimeout(leaving);
      removeEventListener('hashchange', take);
    };
  }, []);
  return code;
}
