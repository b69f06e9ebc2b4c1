import type { Metric } from '@/api/types';
import * as fmt from '@/i18n/format';

export function metricText(
  locale: string,
  unit: Metric['unit'],
  value: number | null,
  currency: string,
): string {
  if (value === null) return '–';
  if (unit === 'money') {
    const large = Math.abs(value) >= 1_000_000 * 10 ** fmt.minorDigits(currency);
    const small = Math.abs(value) < 1_000 * 10 ** fmt.minorDigits(currency);
    return fmt.money(locale, value, currency, large ? 'compact' : small ? 'full' : 'whole');
  }
  if (unit === 'ratio') return fmt.share(locale, value);
  if (unit === 'days') return fmt.count(locale, value, 1);
  return fmt.count(locale, value);
}

/**
 * Whether `change` leaves out a day that is not over, so that `value` beside `previous` would not
 * explain it.
 */
export function comparesWholeDays({ value, previous, change }: Metric): boolean {
  if (value === null || previous === null || change === null || previous === 0) return false;
  return Math.abs((value - previous) / Math.abs(previous) - change) > 0.000_5;
}
