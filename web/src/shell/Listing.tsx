'use client';

import type { ReactNode } from 'react';
import { ErrorState, Loading } from '@/ui/states';
import { Pager } from './Pager';

/** A query whose answer is a page of rows. */
export interface Rows<Row> {
  readonly data:
    | { readonly items: readonly Row[]; readonly next_cursor?: string | null }
    | undefined;
  readonly error: unknown;
  readonly isPlaceholderData: boolean;
  refetch(): unknown;
}

interface Props<Row> {
  query: Rows<Row>;
  cursor: string | null;
  /** What is said where there are no rows. */
  none: ReactNode;
  /** Inside a card that has a frame already. */
  bare?: boolean;
  children: (rows: readonly Row[], stale: boolean) => ReactNode;
}

/** A framed list in whatever state it is: loading, refused, empty, or rows with a pager. */
export function Listing<Row>({ query, cursor, none, bare = false, children }: Props<Row>) {
  const { data, error, isPlaceholderData } = query;
  const frame = 'overflow-hidden rounded-card border border-line bg-surface shadow-card';
  return (
    <div className={bare ? '' : frame}>
      {error != null && <ErrorState error={error} retry={() => void query.refetch()} />}
      {error == null && !data && <Loading className="h-80" />}
      {error == null && data?.items.length === 0 && none}
      {error == null && data && data.items.length > 0 && (
        <>
          {children(data.items, isPlaceholderData)}
          {(cursor || data.next_cursor) && (
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          )}
        </>
      )}
      {error == null && data?.items.length === 0 && cursor && (
        <Pager shown={0} cursor={cursor} next={null} />
      )}
    </div>
  );
}
