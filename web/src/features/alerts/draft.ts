import { ApiError } from '@/api/problem';
import { amountOf, minorOf } from '@/i18n/amount';
import type { Kind } from './useRules';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const OPERATORS = ['is', 'above', 'below', 'at_least', 'at_most'] as const;

interface Condition {
  readonly attribute: string;
  readonly operator: (typeof OPERATORS)[number];
  readonly value: string | number;
  readonly negate: boolean;
}

/** Conditions as the API has them. */
export interface When {
  any: Array<{ all: Condition[] }>;
}

type Attribute = Kind['attributes'][number];

/** A condition as it is being written: its value is text until it is sent. */
export interface Line {
  readonly attribute: string;
  readonly operator: Condition['operator'];
  readonly negate: boolean;
  readonly text: string;
}

/** Any of the groups; in a group, all of the lines. */
export type Lines = ReadonlyArray<readonly Line[]>;

export function isMoney(attribute: string): boolean {
  return attribute.endsWith('_minor');
}

/** What was written as the form shows it; money in major units. */
export function linesOf(when: When, currency: string): Lines {
  return when.any.map((group) =>
    group.all.map(({ attribute, operator, value, negate = false }) => ({
      attribute,
      operator,
      negate,
      text:
        typeof value === 'number' && isMoney(attribute)
          ? amountOf(Math.round(value), currency)
          : String(value),
    })),
  );
}

/** Why the API refuses a part of a condition, such as `value`; the whole of it where no part is given. */
export type ReasonAt = (group: number, line: number, part?: keyof Condition) => string | undefined;

/** Reads it from a refusal: fields are named like `when.any[0].all[1].value`. */
export function reasonsOf(error: unknown): ReasonAt {
  const refused = error instanceof ApiError ? error.errors : [];
  return (group, line, part) => {
    const end = `.any[${group}].all[${line}]${part ? `.${part}` : ''}`;
    return refused.find(({ field }) => field.endsWith(end))?.reason;
  };
}

/** Whether one of these conditions is refused. */
export function anyReason(reasonAt: ReasonAt, lines: Lines): boolean {
  const parts = [undefined, 'attribute', 'operator', 'value'] as const;
  return lines.some((group, g) => group.some((_, i) => parts.some((part) => reasonAt(g, i, part))));
}

/** The value of a line, or null where the text is none for its attribute. */
export function typedValue(
  line: Line,
  attribute: Attribute | undefined,
  currency: string,
): string | number | null {
  const text = line.text.trim();
  if (text === '') return null;
  if (attribute?.type === 'text') return text;
  if (isMoney(line.attribute)) return minorOf(text, currency);
  const value = Number(text.replace(',', '.'));
  return Number.isFinite(value) ? value : null;
}

/** The conditions as the API takes them; null while a value is missing or wrong. */
export function whenOf(lines: Lines, kind: Kind, currency: string): When | null {
  const any = lines.map((group) => ({
    all: group.map((line) => {
      const attribute = kind.attributes.find(({ name }) => name === line.attribute);
      const value = typedValue(line, attribute, currency);
      const { operator, negate } = line;
      return { attribute: line.attribute, operator, negate, value: value ?? '' };
    }),
  }));
  const whole = any.every((group) => group.all.every(({ value }) => value !== ''));
  return whole ? { any } : null;
}

/** A first condition for a kind. */
export function firstLine(kind: Kind): Line {
  const [attribute] = kind.attributes;
  return {
    attribute: attribute?.name ?? '',
    operator: attribute?.type === 'number' ? 'at_least' : 'is',
    negate: false,
    text: '',
  };
}

const LEAST_MINUTES = 5;
const MOST_MINUTES = 43_200;

/** Minutes until an alert escalates: null for never, undefined for what is no such number. */
export function minutesOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  if (!/^\d{1,5}$/.test(text.trim())) return undefined;
  const minutes = Number(text);
  return minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES ? minutes : undefined;
}
