import { amountOf, minorOf } from '@/i18n/amount';
import type { Kind } from './useRules';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const OPERATORS = ['is', 'above', 'below', 'at_least', 'at_most'] as const;

interface Condition {
  readonly attribute: string;
  readonly operator: (typeof OPERATORS)[number];
  readonly value: string | number;
  readonly negate?: boolean;
}

/** Conditions as the API has them; its description says no more of them than that they are a list. */
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
export function linesOf(when: { any: unknown[] }, currency: string): Lines {
  return (when as When).any.map((group) =>
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
