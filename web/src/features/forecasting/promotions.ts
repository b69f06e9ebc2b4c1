import type { Promotion } from '@/api/types';

export type When = 'planned' | 'running' | 'over';

/** Where a promotion stands on a day of the shop; all are `YYYY-MM-DD`. */
export function whenIs(promotion: Pick<Promotion, 'first_day' | 'last_day'>, today: string): When {
  if (today < promotion.first_day) return 'planned';
  return today > promotion.last_day ? 'over' : 'running';
}

/** A whole percentage as typed, `20` or `20 %`; null for what is none. */
export function percentOf(text: string): number | null {
  const match = /^(\d{1,3})\s*%?$/.exec(text.trim());
  return match ? Number(match[1]) : null;
}
