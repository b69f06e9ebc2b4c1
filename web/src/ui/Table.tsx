import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly figure?: boolean;
  /** Left out where the table itself has less room: 28, 34 or 48 rem. */
  readonly from?: 'sm' | 'md' | 'lg';
  /** This cell names the row. */
  readonly names?: boolean;
}

interface Props<Row> {
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
    column.figure ? 'figures text-end whitespace-nowrap' : 'text-start',
    column.from ? FROM[column.from] : '',
  ].join(' ');
}

export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  stale = false,
  tall = false,
}: Props<Row>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named, focusable place that scrolls by keyboard
    <div
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
      tabIndex={0}
      className={`@container overflow-auto ${tall ? 'max-h-72' : ''} ${stale ? 'opacity-60' : ''}`}
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{label}</caption>
        <thead className={tall ? 'sticky top-0 bg-surface' : ''}>
          <tr className="border-line border-b text-ink-2">
            {columns.map((column) => (
              <th key={column.key} scope="col" className={`${cellClass(column)} font-medium`}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-line border-b last:border-0 hover:bg-surface-2">
              {columns.map((column) =>
                column.names ? (
                  <th key={column.key} scope="row" className={`${cellClass(column)} font-normal`}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.key} className={cellClass(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
