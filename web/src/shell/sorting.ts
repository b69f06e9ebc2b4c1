'use client';

import { oneOf } from './url';
import { changeUrl, useParam } from './useUrlState';

/** What a table needs to show its order and to change it; nothing where it has none. */
export interface Sorting {
  sort?: string;
  onSort?: (next: string) => void;
}

/** The order of a list, from the address; the first of `allowed` is the usual one. */
export function useSort<S extends string>(allowed: readonly [S, ...S[]]) {
  const sort = oneOf(useParam('sort'), allowed);
  const onSort = (next: string) =>
    changeUrl({ sort: next === allowed[0] ? null : next, cursor: null });
  return { sort, onSort };
}
