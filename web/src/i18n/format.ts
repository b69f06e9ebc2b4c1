/** Numbers, money and days in the reader's locale. All are pure; `locale` is a BCP 47 tag. */

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function number(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale}${JSON.stringify(options)}`;
  let made = cache.get(key) as Intl.NumberFormat | undefined;
  if (!made) {
    made = new Intl.NumberFormat(locale, options);
    cache.set(key, made);
  }
  return made;
}

function date(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale}${JSON.stringify(options)}`;
  let made = cache.get(key) as Intl.DateTimeFormat | undefined;
  if (!made) {
    made = new Intl.DateTimeFormat(locale, options);
    cache.set(key, made);
  }
  return made;
}

/** How many minor units make a major one, as a power of ten: EUR 2, JPY 0, KWD 3. */
export function minorDigits(currency: string): number {
  return number('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** `minor` is an integer of minor units; division happens only here, for the eye. */
export function money(
  locale: string,
  minor: number,
  currency: string,
  style: 'full' | 'whole' | 'compact' = 'full',
): string {
  const major = minor / 10 ** minorDigits(currency);
  if (style === 'compact') {
    return number(locale, {
      style: 'currency',
      currency,
      notation: 'compact',
      maximumFractionDigits: 1,
    }).format(major);
  }
  const whole = style === 'whole' ? { maximumFractionDigits: 0 } : {};
  return number(locale, { style: 'currency', currency, ...whole }).format(major);
}

/** Money with its sign, for what a figure grew or shrank by. */
export function signedMoney(locale: string, minor: number, currency: string): string {
  const major = minor / 10 ** minorDigits(currency);
  const style = { style: 'currency', currency, signDisplay: 'exceptZero' } as const;
  return number(locale, style).format(major);
}

export function count(locale: string, value: number, digits = 0): string {
  return number(locale, { maximumFractionDigits: digits }).format(value);
}

export function compact(locale: string, value: number): string {
  return number(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** A share, 0.123 being 12.3%. */
export function percent(locale: string, value: number, digits = 1): string {
  return number(locale, { style: 'percent', maximumFractionDigits: digits }).format(value);
}

/** A share with as many digits as its neighbours in a column: 0.59 is 59.0%. */
export function share(locale: string, value: number, digits = 1): string {
  return number(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A number with as many digits as its neighbours in a column. */
export function decimal(locale: string, value: number, digits: number): string {
  return number(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** The size of a change without its sign, which a word or an arrow tells. */
export function changeSize(locale: string, change: number): string {
  const size = Math.abs(change);
  return percent(locale, size, size < 0.1 ? 1 : 0);
}

export type DayStyle = 'short' | 'long' | 'tick' | 'month';

const DAY_STYLES: Record<DayStyle, Intl.DateTimeFormatOptions> = {
  short: { day: 'numeric', month: 'short', year: 'numeric' },
  long: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  tick: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
};

/** A calendar day `YYYY-MM-DD`, which has no time zone and must not gain one. */
export function day(locale: string, iso: string, style: DayStyle = 'short'): string {
  const at = Date.parse(`${iso}T00:00:00Z`);
  if (Number.isNaN(at)) return iso;
  return date(locale, { ...DAY_STYLES[style], timeZone: 'UTC' }).format(at);
}

/** The calendar day that it is in `timeZone` now, as `YYYY-MM-DD`. */
export function today(timeZone: string, now: Date = new Date()): string {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', timeZone } as const;
  return date('en-CA', options).format(now);
}

/** A moment, in the shop's zone. */
export function moment(locale: string, iso: string, timeZone: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  return date(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at);
}

/** The time of day of a moment, in the shop's zone. */
export function clock(locale: string, iso: string, timeZone: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  return date(locale, { timeStyle: 'short', timeZone }).format(at);
}

/** The reader's own zone, for what is about the reader and not about the shop. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Names of the weekdays, Monday first, as forecasts number them. */
export function weekdays(locale: string): string[] {
  const monday = Date.UTC(2024, 0, 1);
  const format = date(locale, { weekday: 'short', timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, i) => format.format(monday + i * 86_400_000));
}

/** `iso` moved by whole days. */
export function addDays(iso: string, days: number): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A number with its sign, for trends. */
export function signed(locale: string, value: number, digits: number): string {
  return number(locale, { maximumFractionDigits: digits, signDisplay: 'exceptZero' }).format(value);
}

/** A share with its sign, for effects. */
export function signedPercent(locale: string, value: number, digits: number): string {
  return number(locale, {
    style: 'percent',
    maximumFractionDigits: digits,
    signDisplay: 'exceptZero',
  }).format(value);
}

/** As `share`, with its sign: for columns in which above and below zero mean different things. */
export function signedShare(locale: string, value: number, digits = 1): string {
  return number(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'exceptZero',
  }).format(value);
}
