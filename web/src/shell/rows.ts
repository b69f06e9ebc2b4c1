import type { Cell, Page } from './csv';

/** What each column of a list's file says; the list is sorted by them and searched in them. */
export type Facts<Row> = Readonly<Record<string, (row: Row) => Cell>>;

/** Rows that are held at once to search or sort them, as many as the API itself would. */
export const MOST_HELD = 2_000;

/** A list that is too long to be searched or sorted whole. */
export class TooMany extends Error {}

/** `sort` if it names one of the facts, a minus before it or not. */
export function orderOf(sort: string | null, facts: Facts<never>): string | undefined {
  return sort !== null && Object.hasOwn(facts, sort.replace(/^-/, '')) ? sort : undefined;
}

/** The whole of a list, with what else its first page says. Throws TooMany. */
export async function held<A extends Page<unknown>>(
  fetch: (cursor: string | undefined) => Promise<A>,
): Promise<A> {
  const first = await fetch(undefined);
  const items = [...first.items];
  let next = first.next_cursor;
  while (next) {
    if (items.length >= MOST_HELD) throw new TooMany();
    const page = await fetch(next);
    items.push(...page.items);
    next = page.next_cursor;
  }
  return { ...first, items, next_cursor: null };
}

function missing(value: Cell): value is null | undefined | '' {
  return value === null || value === undefined || value === '';
}

/** The rows of which some fact has `find` in it, in the order of `sort`; what is missing comes last. */
export function arranged<Row>(
  rows: readonly Row[],
  facts: Facts<Row>,
  find: string,
  sort: string | undefined,
  locale: string,
): readonly Row[] {
  const part = find.trim().toLocaleLowerCase(locale);
  const texts = Object.values(facts);
  const found = part
    ? rows.filter((row) =>
        texts.some((fact) =>
          String(fact(row) ?? '')
            .toLocaleLowerCase(locale)
            .includes(part),
        ),
      )
    : rows;
  const fact = sort && facts[sort.replace(/^-/, '')];
  if (!fact) return found;
  const sign = sort.startsWith('-') ? -1 : 1;
  const words = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  return found.toSorted((a, b) => {
    const [one, other] = [fact(a), fact(b)];
    if (missing(one) || missing(other)) return Number(missing(one)) - Number(missing(other));
    if (typeof one === 'string' || typeof other === 'string') {
      return sign * words.compare(String(one), String(other));
    }
    return sign * (Number(one) - Number(other));
  });
}

/** A page of rows that are all at hand; its place is the number of rows before it. */
export function pageOf<Row>(
  rows: readonly Row[],
  cursor: string | null,
  size: number,
): { items: readonly Row[]; next_cursor: string | null } {
  const from = /^\d+$/.test(cursor ?? '') ? Number(cursor) : 0;
  const to = from + size;
  return { items: rows.slice(from, to), next_cursor: to < rows.length ? String(to) : null };
}
