import type { Order, OrderSummary } from '@/api/types';
import type { Tone } from '@/ui/Badge';

export type LineChange = 'fulfil' | 'return' | 'cancel';
export type Change = LineChange | 'refund' | 'pay' | 'confirm';
type Line = Pick<Order['lines'][number], 'quantity' | 'fulfilled' | 'returned' | 'cancelled'>;

/** Units of a line that a change can still concern. */
export function left(line: Line, change: LineChange): number {
  if (change === 'return') return line.fulfilled - line.returned;
  return line.quantity - line.fulfilled - line.cancelled;
}

/** Money that was paid and not given back. */
export function refundable(order: Pick<Order, 'paid_minor' | 'refunded_minor'>): number {
  return order.paid_minor - order.refunded_minor;
}

/** What can be done with an order now, the usual next step first. */
export function possible(
  order: Pick<Order, 'payment_state' | 'paid_minor' | 'refunded_minor' | 'status'> & {
    lines: readonly Line[];
  },
): Change[] {
  const some = (change: LineChange) => order.lines.some((line) => left(line, change) > 0);
  const changes: Change[] = [];
  if (order.status === 'placed') changes.push('confirm');
  if (some('fulfil')) changes.push('fulfil');
  if (order.payment_state === 'unpaid' && order.status !== 'cancelled') changes.push('pay');
  if (some('return')) changes.push('return');
  if (refundable(order) > 0) changes.push('refund');
  if (some('cancel')) changes.push('cancel');
  return changes;
}

/** An amount as typed, with point or comma, in minor units; null for what is no such amount. */
export function minorOf(text: string, digits: number): number | null {
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!match) return null;
  const fraction = match[2] ?? '';
  if (fraction.length > digits) return null;
  return Number(`${match[1]}${fraction.padEnd(digits, '0')}`);
}

/** Minor units as a field shows them, for `minorOf` to read again. */
export function typedOf(minor: number, digits: number): string {
  if (digits === 0) return String(minor);
  const text = String(minor).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export const STATUS_TONES: Record<OrderSummary['status'], Tone> = {
  placed: 'accent',
  confirmed: 'accent',
  partly_fulfilled: 'warn',
  fulfilled: 'good',
  returned: 'neutral',
  cancelled: 'bad',
};

export const PAYMENT_TONES: Record<OrderSummary['payment_state'], Tone> = {
  unpaid: 'warn',
  paid: 'good',
  partly_refunded: 'neutral',
  refunded: 'neutral',
};
