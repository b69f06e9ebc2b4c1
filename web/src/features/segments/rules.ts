import type { SegmentCondition as Condition, SegmentRule } from '@/api/types';
import { minorOf } from '@/features/orders/changes';
import * as fmt from '@/i18n/format';
import type { Translate } from '@/i18n/locale';

export type Attribute = Condition['attribute'];
export type Operator = Condition['operator'];

type Kind = 'count' | 'money' | 'share' | 'lifecycle' | 'category';

/** What a rule can ask for, in the order in which it is offered, and how its value is written. */
export const ATTRIBUTES: Readonly<Record<Attribute, Kind>> = {
  orders: 'count',
  days_since_last: 'count',
  churn: 'share',
  lifecycle: 'lifecycle',
  revenue_minor: 'money',
  average_order_minor: 'money',
  expected_spend_minor: 'money',
  favourite_category: 'category',
  discounted_share: 'share',
  usual_interval_days: 'count',
  days_since_first: 'count',
  alive: 'share',
  recency: 'count',
  frequency: 'count',
  money: 'count',
};
export const LIFECYCLES = ['new', 'active', 'at_risk', 'lost'] as const;
const NUMERIC = ['at_least', 'at_most', 'above', 'below', 'is'] as const;

/** A condition as it is typed. */
export interface Draft {
  readonly attribute: Attribute;
  readonly operator: Operator;
  readonly value: string;
  readonly negate: boolean;
}

export function isText(attribute: Attribute): boolean {
  return ['lifecycle', 'category'].includes(ATTRIBUTES[attribute]);
}

export function operatorsOf(attribute: Attribute): readonly Operator[] {
  return isText(attribute) ? ['is'] : NUMERIC;
}

/** A new condition on `attribute`, with what suits it. */
export function draftOf(attribute: Attribute): Draft {
  const value = attribute === 'lifecycle' ? LIFECYCLES[0] : '';
  return { attribute, operator: operatorsOf(attribute)[0] ?? 'is', value, negate: false };
}

function written({ attribute, value }: Draft, digits: number): string | number | null {
  const number = Number(value);
  const known = value.trim() !== '' && Number.isFinite(number);
  switch (ATTRIBUTES[attribute]) {
    case 'count':
      return known ? number : null;
    case 'share':
      return known ? number / 100 : null;
    case 'money':
      return minorOf(value, digits);
    default:
      return value || null;
  }
}

/** The condition for the API; null where the value is not one. `digits` are the currency's. */
export function conditionOf(draft: Draft, digits: number): Condition | null {
  const value = written(draft, digits);
  const { attribute, operator, negate } = draft;
  return value === null ? null : { attribute, operator, value, negate };
}

/** A rule in the reader's words. */
export function ruleText(
  rule: SegmentRule,
  t: Translate,
  format: string,
  currency: string,
): string {
  const one = (condition: Condition) => {
    const { attribute, value } = condition;
    const shown = () => {
      if (typeof value === 'string') {
        const stage = LIFECYCLES.find((each) => each === value);
        return attribute === 'lifecycle' && stage ? t(`lifecycle.${stage}`) : value;
      }
      if (ATTRIBUTES[attribute] === 'money') return fmt.money(format, value, currency);
      if (ATTRIBUTES[attribute] === 'share') return fmt.percent(format, value);
      return fmt.count(format, value, 1);
    };
    const words = `${t(`rule.attribute.${attribute}`)} ${t(`rule.operator.${condition.operator}`)} ${shown()}`;
    return condition.negate ? t('rule.not', { condition: words }) : words;
  };
  return rule.any
    .map((group) => group.all.map(one).join(` ${t('rule.and')} `))
    .join(` ${t('rule.or')} `);
}
