import type { Segment } from '@/api/types';

type Said = (code: string, english: string) => string;

/** A segment's name in the reader's language: what a person called it stays as it is. */
export function segmentName(segment: Pick<Segment, 'id' | 'kind' | 'name'>, said: Said): string {
  if (segment.kind === 'rule') return segment.name;
  if (segment.kind === 'lifecycle') return said(`segment.${segment.id}`, segment.name);
  // A cluster is named by its traits, and by a number where two have the same.
  return segment.name
    .split(', ')
    .map((part) => {
      const [, trait = part, number = ''] = /^(.*?)( \(\d+\))?$/.exec(part) ?? [];
      return said(`trait.${trait}`, trait) + number;
    })
    .join(', ');
}
