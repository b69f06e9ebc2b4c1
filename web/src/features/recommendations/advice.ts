import type { ManagerAction } from '@/api/types';
import * as fmt from '@/i18n/format';
import type { Translate } from '@/i18n/locale';

function number(action: ManagerAction, name: string): number {
  const value = action.evidence[name];
  return typeof value === 'number' ? value : 0;
}

/** What is advised and why, from the figures of the evidence. */
export function adviceText(action: ManagerAction, t: Translate, format: string): string {
  const whole = (name: string) => fmt.count(format, number(action, name));
  const money = (name: string) => fmt.money(format, number(action, name), action.currency);
  const expected = number(action, 'expected_90_days');
  switch (action.kind) {
    case 'reorder':
      return t('advice.text.reorder', { order: whole('order') });
    case 'promote':
    case 'discontinue':
      return t(`advice.text.${action.kind}`, {
        stock: whole('on_hand'),
        expected: fmt.count(format, Math.round(expected)),
        // Of the figures as they are shown, or they would not add up to the eye.
        excess: fmt.count(format, number(action, 'on_hand') - Math.round(expected)),
      });
    case 'reprice':
      return t('advice.text.reprice', {
        price: money('price_minor'),
        cost: money('cost_minor'),
        usual: money('usual_margin_price_minor'),
      });
  }
}

/** Where it is done. */
export function placeOf(action: ManagerAction): string {
  const id = encodeURIComponent(action.product_id);
  return action.kind === 'reorder' ? `/replenishment/why/?id=${id}` : `/product/?id=${id}`;
}
