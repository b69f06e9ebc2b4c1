import type { ReactNode } from 'react';
import { SortHead } from './SortHead';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly figure?: boolean;
  /** Left out where the table itself has less room: 28, 34 or 48 rem. */
  readonly from?: 'sm' | 'md' | 'lg';
  /** This cell names the row. */
  readonly names?: boolean;
  /** The name of the order that the list can have by this column. */
  readonly sort?: string;
}

interface Sorted {
  /** The list's order, a minus before it where the highest comes first. */
  sort?: string;
  onSort?: (next: string) => void;
}

interface Props<Row> extends Sorted {
  label: string;
  columns: ReadonlyArray<Column<Row>>;
  rows: readonly Row[];
  rowKey(row: Row): string;
  /** Older rows are greyed while the next ones load. */
  stale?: boolean;
  /** Gives the table a height of its own in which it scrolls. */
  tall?: boolean;
}

const FROM = {
  sm: 'hidden @md:table-cell',
  md: 'hidden @min-[34rem]:table-cell',
  lg: 'hidden @3xl:table-cell',
};

function cellClass(column: Column<never>): string {
  return [
    'px-2 py-2 first:ps-4 last:pe-4 @md:first:ps-5 @md:last:pe-5 @3xl:px-3',
    column.figure ? 'figures text-end' : 'text-start',
    column.from ? FROM[column.from] : '',
  ].join(' ');
}

/** Figures stay on one line; their heads may take two where there is little room. */
function bodyClass(column: Column<never>): string {
  return `${cellClass(column)} ${column.figure ? 'whitespace-nowrap' : ''}`;
}

function sorted(column: Column<never>, sort: string | undefined) {
  if (!column.sort) return undefined;
  if (sort === column.sort) return 'ascending' as const;
  return sort === `-${column.sort}` ? ('descending' as const) : undefined;
}

interface HeadProps<Row> extends Sorted {
  columns: ReadonlyArray<Column<Row>>;
  className?: string;
  /** The row's number, where not all rows are at hand. */
  index?: number;
  /** Gives columns widths of their own, so that they stay while rows come and go. */
  widthOf?: (column: Column<Row>) => string;
}

/** The names of the columns, by which the list can be sorted. */
export function TableHead<Row>(props: HeadProps<Row>) {
  const { columns, className = '', index, widthOf = () => '', sort, onSort } = props;
  return (
    <thead className={className}>
      <tr aria-rowindex={index} className="border-line border-b text-ink-2">
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            aria-sort={sorted(column, sort)}
            className={`${cellClass(column)} ${widthOf(column)} align-bottom font-medium`}
          >
            {column.sort && onSort ? (
              <SortHead
                head={column.head}
                name={column.sort}
                figure={column.figure ?? false}
                sort={sort}
                onSort={onSort}
              />
            ) : (
              column.head
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps<Row> {
  row: Row;
  columns: ReadonlyArray<Column<Row>>;
  index?: number;
}

export function TableRow<Row>({ row, columns, index }: RowProps<Row>) {
  return (
    <tr aria-rowindex={index} className="border-line border-b last:border-0 hover:bg-surface-2">
      {columns.map((column) =>
        column.names ? (
          <th key={column.key} scope="row" className={`${bodyClass(column)} font-normal`}>
            {column.cell(row)}
          </th>
        ) : (
          <td key={column.key} className={bodyClass(column)}>
            {column.cell(row)}
          </td>
        ),
      )}
    </tr>
  );
}

interface FrameProps {
  label: string;
  className?: string;
  children: ReactNode;
}

/** A named, focusable place that scrolls by keyboard. */
export function TableFrame({ label, className = '', children }: FrameProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named, focusable place that scrolls by keyboard
    <div
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
      tabIndex={0}
      className={`@container overflow-auto ${className}`}
    >
      {children}
    </div>
  );
}

export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  stale = false,
  tall = false,
  ...sorting
}: Props<Row>) {
  return (
    <TableFrame label={label} className={`${tall ? 'max-h-72' : ''} ${stale ? 'opacity-60' : ''}`}>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{label}</caption>
        <TableHead
          columns={columns}
          className={tall ? 'sticky top-0 bg-surface' : ''}
          {...sorting}
        />
        <tbody>
          {rows.map((row) => (
            <TableRow key={rowKey(row)} row={row} columns={columns} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
