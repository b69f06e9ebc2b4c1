import { addDays } from '@/i18n/format';

export interface PriceChange {
  readonly day: string;
  readonly price_minor: number;
}

/** The price in force on each day from `from` to `to`; null before the first known one. */
export function dailyPrices(
  changes: readonly PriceChange[],
  from: string,
  to: string,
): { day: string; price: number | null }[] {
  const sorted = [...changes].sort((a, b) => (a.day < b.day ? -1 : 1));
  const days: { day: string; price: number | null }[] = [];
  let next = 0;
  let price: number | null = null;
  for (let day = from; day <= to; day = addDays(day, 1)) {
    while (next < sorted.length && (sorted[next]?.day ?? '') <= day) {
      price = sorted[next]?.price_minor ?? null;
      next += 1;
    }
    days.push({ day, price });
  }
  return days;
}
