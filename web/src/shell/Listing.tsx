'use client';

import type { ReactNode } from 'react';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Pager } from './Pager';
import { MOST_HELD, TooMany } from './rows';

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
  /** The name of that place in the address. */
  place?: string;
  /** Lets go of the search and the order, where the list has any. */
  onReset?: () => void;
  /** What is said where there are no rows. */
  none: ReactNode;
  /** Inside a card that has a frame already. */
  bare?: boolean;
  /** A few rows at most: little room is kept for them. */
  few?: boolean;
  children: (rows: readonly Row[], stale: boolean) => ReactNode;
}

/** A framed list in whatever state it is: loading, refused, empty, or rows with a pager. */
export function Listing<Row>(props: Props<Row>) {
  const {
    query,
    cursor,
    place = 'cursor',
    onReset,
    none,
    bare = false,
    few = false,
    children,
  } = props;
  const { t } = useWords();
  const { data, error, isPlaceholderData } = query;
  const tooMany = error instanceof TooMany;
  const frame = 'overflow-hidden rounded-card border border-line bg-surface shadow-card';
  return (
    <div className={bare ? '' : frame}>
      {tooMany && (
        <EmptyState
          icon="search"
          title={t('list.tooMany', { n: MOST_HELD })}
          text={t('list.tooMany.text')}
          action={onReset && <Button onClick={onReset}>{t('list.tooMany.back')}</Button>}
        />
      )}
      {error != null && !tooMany && <ErrorState error={error} retry={() => void query.refetch()} />}
      {error == null && !data && <Loading className={few ? 'h-32' : 'h-80'} />}
      {error == null && data?.items.length === 0 && none}
      {error == null && data && data.items.length > 0 && (
        <>
          {children(data.items, isPlaceholderData)}
          {(cursor || data.next_cursor) && (
            <Pager
              shown={data.items.length}
              cursor={cursor}
              next={data.next_cursor ?? null}
              place={place}
            />
          )}
        </>
      )}
      {error == null && data?.items.length === 0 && cursor && (
        <Pager shown={0} cursor={cursor} next={null} place={place} />
      )}
    </div>
  );
}
