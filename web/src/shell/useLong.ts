'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Page } from './csv';
import { changeUrl, markPlace, useParam } from './useUrlState';

const PAUSE_MS = 250;

interface Source<Row> {
  readonly key: readonly unknown[];
  page(cursor: string | null, signal: AbortSignal): Promise<Page<Row>>;
}

/**
 * A list that goes on as one scrolls. The page that is looked at stands in the address as
 * `cursor`, so that a reload, a link and Back lead to the same rows; pages are only read forwards,
 * so a list that began at a cursor offers the way to its first row.
 */
export function useLong<Row>({ key, page }: Source<Row>) {
  const cursor = useParam('cursor');
  const list = JSON.stringify(key);
  const [from, setFrom] = useState({ list, cursor });
  // Another order or filter begins at its first row.
  const start = from.list === list ? from : { list, cursor };
  if (start !== from) setFrom(start);
  const query = useInfiniteQuery({
    queryKey: [...key, 'long', start.cursor],
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: start.cursor,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // Reading two hundred pages again because a window was looked at would help nobody.
    refetchOnWindowFocus: false,
    gcTime: 0,
  });
  const { data } = query;
  const parts = useMemo(
    () =>
      data?.pages.map((some, i) => ({ key: String(data.pageParams[i] ?? ''), rows: some.items })) ??
      [],
    [data],
  );
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const onTop = useCallback((at: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => markPlace({ cursor: at }), PAUSE_MS);
  }, []);
  // With the page itself: an effect that waits for the next paint would be too late.
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  return {
    ...query,
    parts,
    rows: parts.reduce((n, part) => n + part.rows.length, 0),
    onTop,
    startsLater: start.cursor !== null,
    toFirst: () => {
      clearTimeout(timer.current);
      changeUrl({ cursor: null });
      setFrom({ list, cursor: null });
      scrollTo({ top: 0 });
    },
  };
}
