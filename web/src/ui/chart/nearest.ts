/** Which of `count` points lies nearest to a place: side by side, or where `at` says they are. */
export function nearest(place: number, count: number, at?: readonly number[]): number {
  if (!at) return Math.min(Math.max(Math.round(place), 0), count - 1);
  return at.reduce(
    (best, here, i) => (Math.abs(here - place) < Math.abs((at[best] ?? 0) - place) ? i : best),
    0,
  );
}
