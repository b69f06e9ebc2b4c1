import type { Interaction } from '@/api/types';

export interface Day {
  readonly day: string;
  readonly items: readonly Interaction[];
}

/** What happened, by days of `dayOf`, in the order that it came. */
export function byDay(
  items: readonly Interaction[],
  dayOf: (iso: string) => string,
): readonly Day[] {
  const days: { day: string; items: Interaction[] }[] = [];
  for (const item of items) {
    const day = dayOf(item.at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

/** A detail that is told as words, or nothing. */
export function textOf(details: Interaction['details'], name: string): string {
  const value = (details as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}

export function numberOf(details: Interaction['details'], name: string): number | null {
  const value = (details as Record<string, unknown>)[name];
  return typeof value === 'number' ? value : null;
}

/** What happened to an order after it was placed: kinds and moments, the oldest first. */
export function laterOf(details: Interaction['details']): { kind: string; at: string }[] {
  const value = (details as Record<string, unknown>).changes;
  if (!Array.isArray(value)) return [];
  return value.filter(
    (each): each is { kind: string; at: string } =>
      typeof each?.kind === 'string' && typeof each?.at === 'string',
  );
}
