'use client';

import { type RefObject, useEffect, useState } from 'react';

/** The width of a box in pixels, 0 until it is known. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const watched = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.round(entry.contentRect.width));
    });
    watched.observe(box.current);
    return () => watched.disconnect();
  }, [box]);
  return width;
}
