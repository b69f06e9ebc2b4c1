'use client';

import { memo, useEffect, useEffectEvent, useRef, useState } from 'react';
import { type Column, TableFrame, TableHead, TableRow } from './Table';

/** How far out of sight rows are kept, and the next ones fetched. */
const NEAR = '1200px 0px';
/** The line at which the top of the window stands. */
const TOP = '0px 0px -100% 0px';

interface Part<Row> {
  readonly key: string;
  readonly rows: readonly Row[];
}

interface PartProps<Row> {
  part: Part<Row>;
  columns: ReadonlyArray<Column<Row>>;
  rowKey(row: Row): string;
  /** Rows before this part. */
  before: number;
  onTop: (key: string) => void;
}

/** Some rows, or as much room while they are far out of sight and nothing in them has the focus. */
function Rows<Row>({ part, columns, rowKey, before, onTop }: PartProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [room, setRoom] = useState<number | null>(null);
  const atTop = useEffectEvent(() => onTop(part.key));
  useEffect(() => {
    const element = body.current;
    if (!element) return;
    const near = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1);
        if (!entry) return;
        const { height } = entry.boundingClientRect;
        if (entry.isIntersecting) setRoom(null);
        // What has no height is not far away: the page that it is on is not shown yet.
        else if (height > 0 && !element.contains(document.activeElement)) setRoom(height);
      },
      { rootMargin: NEAR },
    );
    const top = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting) atTop();
      },
      { rootMargin: TOP },
    );
    near.observe(element);
    top.observe(element);
    return () => {
      near.disconnect();
      top.disconnect();
    };
  }, []);
  return (
    <tbody ref={body} aria-hidden={room !== null || undefined} className="border-line border-b">
      {room !== null ? (
        <tr>
          {/* Over one column: over all of them it would bring back those too narrow to be shown. */}
          <td style={{ height: room }} />
        </tr>
      ) : (
        part.rows.map((row, i) => (
          // The head is the first row.
          <TableRow key={rowKey(row)} row={row} columns={columns} index={before + i + 2} />
        ))
      )}
    </tbody>
  );
}

const Kept = memo(Rows) as typeof Rows;

interface Props<Row> {
  label: string;
  columns: ReadonlyArray<Column<Row>>;
  parts: ReadonlyArray<Part<Row>>;
  rowKey(row: Row): string;
  /** No row comes after these. */
  complete: boolean;
  stale?: boolean;
  sort?: string;
  onSort?: (next: string) => void;
  /** The part that the top of the window is in. */
  onTop: (key: string) => void;
}

function widthOf(column: Column<never>): string {
  return column.names ? '' : 'w-26 @3xl:w-32';
}

/** A table of any length: rows far out of sight are room without content. */
export function LongTable<Row>(props: Props<Row>) {
  const { label, columns, parts, rowKey, complete, stale = false, onTop, ...sorting } = props;
  const starts: number[] = [];
  let rows = 0;
  for (const part of parts) {
    starts.push(rows);
    rows += part.rows.length;
  }
  return (
    <TableFrame label={label} className={stale ? 'opacity-60' : ''}>
      <table
        aria-rowcount={complete ? rows + 1 : -1}
        className="w-full table-fixed border-collapse text-sm"
      >
        <caption className="sr-only">{label}</caption>
        <TableHead columns={columns} index={1} widthOf={widthOf} {...sorting} />
        {parts.map((part, i) => (
          <Kept
            key={part.key}
            part={part}
            columns={columns}
            rowKey={rowKey}
            before={starts[i] ?? 0}
            onTop={onTop}
          />
        ))}
      </table>
    </TableFrame>
  );
}

/** Calls `onNear` whenever the end of a list comes near, as often as there may be more. */
export function NearEnd({ waiting, onNear }: { waiting: boolean; onNear: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const call = useEffectEvent(onNear);
  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: NEAR },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (near && !waiting) call();
  }, [near, waiting]);
  return <div ref={end} aria-hidden="true" />;
}
