/** A list as a table for spreadsheets, written in the browser from the pages of the API. */

export type Cell = string | number | boolean | null | undefined;

/** Text that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line for the names of the columns, one for each row. */
export function csv<Row>(
  columns: Readonly<Record<string, (row: Row) => Cell>>,
  rows: readonly Row[],
): Blob {
  const names = Object.keys(columns);
  const lines = rows.map((row) => names.map((name) => cell(columns[name]?.(row))).join(','));
  return new Blob([[names.join(','), ...lines, ''].join('\r\n')], { type: 'text/csv' });
}

const MOST_PAGES = 50;
/** Rows that a file written in the browser holds at most, at 200 a page. */
export const MOST_WRITTEN = MOST_PAGES * 200;

/** A list of which no file is written here. */
export class TooLong extends Error {}

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next_cursor?: string | null;
}

/** Every row of a list, page by page. Throws TooLong for one that does not end. */
export async function everyRow<Row>(
  fetch: (cursor: { cursor?: string }) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const some: Page<Row> = await fetch(cursor ? { cursor } : {});
    rows.push(...some.items);
    cursor = some.next_cursor ?? null;
    if (!cursor) return rows;
  }
  throw new TooLong();
}
