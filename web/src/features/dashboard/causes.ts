import type { Cause, Changes } from '@/api/types';
import * as fmt from '@/i18n/format';
import type { Translate } from '@/i18n/locale';

/** A part of the change in the unit of the figure, with its sign. */
export function signedAmount(locale: string, changes: Changes, value: number): string {
  return changes.unit === 'money'
    ? fmt.signedMoney(locale, value, changes.currency)
    : fmt.signed(locale, value, 0);
}

export function amount(locale: string, changes: Changes, value: number): string {
  return changes.unit === 'money'
    ? fmt.money(locale, value, changes.currency)
    : fmt.count(locale, value);
}

/** The products of a cause in a few words: the first one, and how many more. */
function productsOf(cause: Cause, t: Translate): string {
  const names = cause.products ?? [];
  const first = names[0]?.name;
  if (!first) return t('changes.products.some');
  const more = names.length - 1 + (cause.other_products ?? 0);
  return more > 0 ? t('changes.products.more', { name: first, n: more }) : first;
}

type Who = 'spend' | 'basket';

/** The customers that a cause is about; undefined for a grouping that is new to this page. */
export function who(cause: Cause, t: Translate, placeOf: (id: string) => string) {
  const segment = cause.segment;
  if (!segment) return undefined;
  const { grouping, label } = segment;
  const value = label || t('changes.unnamed');
  if (grouping === 'spend' || grouping === 'basket') {
    if (label !== 'top' && label !== 'upper' && label !== 'rest') return undefined;
    return t(`changes.who.${grouping as Who}.${label}`);
  }
  if (grouping === 'known') return t('changes.who.known');
  if (grouping === 'leans') return t('changes.who.leans', { category: value });
  if (grouping === 'home') return t('changes.who.home', { place: placeOf(value) });
  if (grouping === 'place') return t('changes.who.place', { place: placeOf(value) });
  if (grouping === 'way') return t('changes.who.way', { channel: value });
  if (grouping === 'channel') return t('changes.who.channel', { channel: value });
  return undefined;
}

/** What tells a cause from the others: only single products come more than once. */
export function keyOf(cause: Cause): string {
  return `${cause.kind} ${cause.kind === 'product' ? cause.products?.[0]?.product_id : ''}`;
}

/** One sentence on a cause. What this page has no words for is said in the API's own. */
export function causeText(cause: Cause, t: Translate, placeOf: (id: string) => string): string {
  const way = cause.effect < 0 ? 'down' : 'up';
  const products = productsOf(cause, t);
  switch (cause.kind) {
    case 'stock':
    case 'product':
      return t(`changes.text.${cause.kind}.${way}`, { products });
    case 'promotion':
    case 'price':
    case 'cost':
      return t(`changes.text.${cause.kind}`, { products });
    case 'segment': {
      const customers = who(cause, t, placeOf);
      return customers ? t(`changes.text.segment.${way}`, { who: customers }) : cause.text;
    }
    case 'charged':
      return t('changes.text.charged');
    default:
      return t(`changes.text.${cause.kind}.${way}`);
  }
}

/** Which way the figure went, and by how much of what it was. */
export function headline(changes: Changes, t: Translate, locale: string): string {
  const metric = t(`changes.metric.${changes.metric as 'revenue' | 'units' | 'margin'}`);
  if (changes.change === 0) return t('changes.head.same', { metric });
  const way = changes.change < 0 ? 'down' : 'up';
  if (changes.change_share === null) return t(`changes.head.new.${way}`, { metric });
  const share = fmt.changeSize(locale, changes.change_share);
  return t(`changes.head.${way}`, { metric, share });
}

/** What to make of a change whose parts are all within the usual. */
export function ordinaryText(changes: Changes, t: Translate): string {
  if (changes.compared_pairs === 0 || changes.causes[0]?.usual === null) {
    return t('changes.shortHistory');
  }
  const calendar = changes.causes.some(
    (cause) => cause.kind === 'opening' && Math.abs(cause.effect) > 2 * (cause.usual ?? 0),
  );
  return t(calendar ? 'changes.calendar' : 'changes.ordinary');
}

export interface Place {
  readonly href: string;
  readonly label: 'segment' | 'products' | 'stock' | 'orders' | 'category';
}

const query = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;

/** Where more is to be seen of a cause. */
export function placeOf(cause: Cause, changes: Changes): Place | null {
  const { from, to } = changes.range;
  const days = { from, to };
  switch (cause.kind) {
    case 'stock':
      return { href: '/dashboard/stock/', label: 'stock' };
    case 'traffic':
    case 'basket':
      return { href: `/orders/${query(days)}`, label: 'orders' };
    case 'returned':
      return { href: `/orders/${query({ status: 'returned', ...days })}`, label: 'orders' };
    case 'mix':
      return { href: `/dashboard/products/${query({ sort: '-change' })}`, label: 'products' };
    case 'segment': {
      const { grouping, label } = cause.segment ?? { grouping: '', label: '' };
      if (grouping === 'leans' && label) {
        return { href: `/products/${query({ category: label })}`, label: 'category' };
      }
      if (grouping === 'place' || grouping === 'home') {
        return { href: `/dashboard/products/${query({ location: label })}`, label: 'products' };
      }
      if (grouping === 'channel' || grouping === 'way') {
        return { href: `/dashboard/products/${query({ channel: label })}`, label: 'products' };
      }
      return { href: '/segments/', label: 'segment' };
    }
    default:
      return null;
  }
}
