import type { Segment } from '@/api/types';

type Said = (code: string, english: string) => string;

/** With a capital letter, as names stand in lists. */
function first(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** A segment's name in the reader's language: what a person called it stays as it is. */
export function segmentName(segment: Pick<Segment, 'id' | 'kind' | 'name'>, said: Said): string {
  if (segment.kind === 'rule') return segment.name;
  if (segment.kind === 'lifecycle') return first(said(`segment.${segment.id}`, segment.name));
  // A cluster is named by its traits, and by a number where two have the same.
  const traits = segment.name
    .split(', ')
    .map((part) => {
      const [, trait = part, number = ''] = /^(.*?)( \(\d+\))?$/.exec(part) ?? [];
      return said(`trait.${trait}`, trait) + number;
    })
    .join(', ');
  return first(traits);
}
