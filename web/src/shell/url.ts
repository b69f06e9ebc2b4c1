/** Page state lives in the query string, so that it can be shared, reloaded and gone back to. */

export type Changes = Readonly<Record<string, string | null>>;

/** `search` with the changes made; null and '' remove. Untouched parameters stay. */
export function withParams(search: string, changes: Changes): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** The value if it is one of the allowed, else the first of them, which is the default. */
export function oneOf<V extends string>(value: string | null, allowed: readonly [V, ...V[]]): V {
  return allowed.find((choice) => choice === value) ?? allowed[0];
}

export function oneOfNumbers(
  value: string | null,
  allowed: readonly number[],
  usual: number,
): number {
  const number = Number(value);
  return value !== null && allowed.includes(number) ? number : usual;
}

/** Where to go after signing in: a page of ours, or the start. Never another site. */
export function safeNext(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next) || /[\\\p{Cc}]/u.test(next)) return '/';
  return next.startsWith('/login') ? '/' : next;
}

/** Customers have pages of their own, and see no others. */
export const CUSTOMER_HOME = '/my/';

/** The page for `role` after signing in, where it wanted to go to `next`. */
export function homeOf(role: string, next: string): string {
  if (role !== 'customer') return next.startsWith(CUSTOMER_HOME) ? '/' : next;
  return next.startsWith(CUSTOMER_HOME) ? next : CUSTOMER_HOME;
}
