import type { Segment } from '@/api/types';

export interface Move {
  /** A segment's id, or `nowhere` for who was in none of its kind. */
  readonly from: string;
  readonly to: string;
  readonly customers: number;
}

/** All moves into these segments, the largest first. */
export function movesOf(segments: ReadonlyArray<Pick<Segment, 'id' | 'performance'>>): Move[] {
  return segments
    .flatMap((segment) =>
      Object.entries(segment.performance?.came_from ?? {}).map(([from, customers]) => ({
        from,
        to: segment.id,
        customers,
      })),
    )
    .sort((a, b) => b.customers - a.customers);
}
