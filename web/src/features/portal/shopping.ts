import type { Needed } from '@/api/types';
import * as fmt from '@/i18n/format';

export type Urgency = 'due' | 'soon' | 'later';
export const URGENCIES: readonly Urgency[] = ['due', 'soon', 'later'];

/** What is needed by `today`, within the week after it, and later; each by its day. */
export function byUrgency(needed: readonly Needed[], today: string): Record<Urgency, Needed[]> {
  const week = fmt.addDays(today, 7);
  const groups: Record<Urgency, Needed[]> = { due: [], soon: [], later: [] };
  for (const one of [...needed].sort((a, b) => a.run_out.localeCompare(b.run_out))) {
    groups[one.run_out <= today ? 'due' : one.run_out <= week ? 'soon' : 'later'].push(one);
  }
  return groups;
}
