import type { OrderSummary } from '@/api/types';
import * as fmt from '@/i18n/format';

export interface Month {
  /** Its first day. */
  readonly day: string;
  readonly spent: number;
  readonly orders: number;
}

function after(month: string): string {
  return fmt.addDays(`${month}-01`, 31).slice(0, 7);
}

/** Orders by month of the shop, months without any in between; at most the last `most`. */
export function byMonth(orders: readonly OrderSummary[], timeZone: string, most = 24): Month[] {
  const sums = new Map<string, { spent: number; orders: number }>();
  for (const order of orders) {
    if (order.status === 'cancelled') continue;
    const month = fmt.today(timeZone, new Date(order.placed_at)).slice(0, 7);
    const sum = sums.get(month) ?? { spent: 0, orders: 0 };
    sums.set(month, {
      spent: sum.spent + order.total_minor - order.refunded_minor,
      orders: sum.orders + 1,
    });
  }
  const known = [...sums.keys()].sort();
  const last = known.at(-1);
  const months: Month[] = [];
  for (let month = known[0]; month && last && month <= last; month = after(month)) {
    months.push({ day: `${month}-01`, ...(sums.get(month) ?? { spent: 0, orders: 0 }) });
  }
  return months.slice(-most);
}
