import { minorDigits } from './format';

/** Minor units of an amount as people type it, `12.5` or `12,50`; null where it is none. Exact. */
export function minorOf(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const found = /^(\d{1,12})(?:[.,](\d*))?$/.exec(text.trim());
  const cents = found?.[2] ?? '';
  if (!found || cents.length > digits) return null;
  return Number(found[1] + cents.padEnd(digits, '0'));
}

/** An amount as a field shows it, without sign or grouping. */
export function amountOf(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
