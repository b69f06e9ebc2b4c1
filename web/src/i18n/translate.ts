import type { Message } from './en';

export type Values = Readonly<Record<string, string | number>>;

/**
 * Fills `{name}` places of a message. A message with plural forms chooses by the value `n`;
 * numbers are written in the locale's own digits and separators.
 */
export function fill(locale: string, message: Message, values: Values = {}): string {
  let text: string;
  if (typeof message === 'string') {
    text = message;
  } else {
    const form = new Intl.PluralRules(locale).select(Number(values.n));
    text =
      (form === 'two' ? message.two : form === 'one' ? message.one : undefined) ?? message.other;
  }
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}
