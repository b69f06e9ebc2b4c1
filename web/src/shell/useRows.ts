'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useWords } from '@/i18n/locale';
import { csv, everyRow, type Page } from './csv';
import { arranged, type Facts, held, orderOf, pageOf } from './rows';
import type { Sorting } from './sorting';
import { changeUrl, useParam } from './useUrlState';

interface Query<S> {
  readonly limit: number;
  readonly cursor?: string;
  readonly sort?: S;
}

/** A list of the API, with the filters that it is asked under. */
export interface Source<A, S extends string = never> {
  /** What the answers are kept under; the filters belong to it. */
  readonly key: readonly unknown[];
  page(query: Query<S>, more: { signal?: AbortSignal }): Promise<A>;
  readonly size?: number;
  /** Orders that the API itself can hand the list out in, however long it is. */
  readonly served?: readonly S[];
}

/** A list as `useRows` gives it, for what stands around its rows. */
export interface RowsState<Row, A extends Page<Row> = Page<Row>> {
  readonly query: {
    readonly data: A | undefined;
    readonly error: unknown;
    readonly isPlaceholderData: boolean;
    refetch(): unknown;
  };
  readonly cursor: string | null;
  /** The name of that place in the address. */
  readonly place: string;
  readonly find: string;
  readonly sorting: Sorting;
  readonly onFind: (text: string) => void;
  readonly onSort: (next: string) => void;
  /** Lets go of the search and the order. */
  readonly onReset: () => void;
  /** All that the list would show, as a table. */
  readonly file: () => Promise<Blob>;
}

/** The names in the address of what a list is at; `of` tells the lists of one page apart. */
function namesOf(of: string) {
  const name = (what: string) => (of ? `${of}-${what}` : what);
  return { find: name('q'), sort: name('sort'), cursor: name('cursor') };
}

const AT_ONCE = 200;

/**
 * A list page by page, as the API hands it out; one that is searched or sorted otherwise than the
 * API can is held whole, up to MOST_HELD rows. Search, order and place stand in the address.
 */
export function useRows<Row, A extends Page<Row>, S extends string = never>(
  { key, page, size = 50, served = [] }: Source<A, S>,
  facts: Facts<Row>,
  of = '',
): RowsState<Row, A> {
  const { locale } = useWords();
  const names = namesOf(of);
  const find = useParam(names.find) ?? '';
  const wanted = useParam(names.sort);
  const cursor = useParam(names.cursor);
  const own = served.find((order) => order === wanted);
  const sort = own ?? orderOf(wanted, facts);
  const whole = find !== '' || (sort !== undefined && own === undefined);
  const order = own === undefined ? {} : { sort: own };
  const all = (more: { signal?: AbortSignal }) =>
    held((next) => page({ limit: AT_ONCE, ...(next && { cursor: next }) }, more));
  const { data: answer, ...query } = useQuery({
    queryKey: [...key, whole ? 'whole' : { sort, cursor }],
    queryFn: (more) =>
      whole ? all(more) : page({ limit: size, ...order, ...(cursor && { cursor }) }, more),
    placeholderData: keepPreviousData,
  });
  const { isPlaceholderData } = query;
  const data = useMemo(() => {
    if (!answer) return undefined;
    // What was shown before may be a whole list.
    if (isPlaceholderData) return { ...answer, items: answer.items.slice(0, size) };
    if (!whole) return answer;
    return {
      ...answer,
      ...pageOf(arranged(answer.items, facts, find, sort, locale), cursor, size),
    };
  }, [answer, isPlaceholderData, whole, facts, find, sort, locale, cursor, size]);

  async function file() {
    const rows = whole
      ? arranged((await all({})).items, facts, find, sort, locale)
      : await everyRow<Row>((at) => page({ limit: AT_ONCE, ...order, ...at }, {}));
    return csv(facts, rows);
  }

  const onSort = (next: string) => changeUrl({ [names.sort]: next, [names.cursor]: null });
  return {
    query: { data, error: query.error, isPlaceholderData, refetch: query.refetch },
    cursor,
    place: names.cursor,
    find,
    sorting: { ...(sort && { sort }), onSort },
    onFind: (text) => changeUrl({ [names.find]: text, [names.cursor]: null }),
    onSort,
    onReset: () => changeUrl({ [names.find]: null, [names.sort]: null, [names.cursor]: null }),
    file,
  };
}
