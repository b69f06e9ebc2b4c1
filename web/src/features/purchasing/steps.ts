import type { PurchaseOrder, PurchaseOrderState } from '@/api/types';
import type { Tone } from '@/ui/Badge';

export const STATES = [
  'draft',
  'approved',
  'sent',
  'partly_received',
  'received',
  'closed',
  'cancelled',
] as const satisfies readonly PurchaseOrderState[];

export type Step = 'approve' | 'send' | 'receive' | 'close' | 'cancel';

/** What may follow each state; the first is the usual next step. */
const NEXT: Record<PurchaseOrderState, readonly Step[]> = {
  draft: ['approve', 'cancel'],
  approved: ['send', 'cancel'],
  sent: ['receive', 'cancel'],
  partly_received: ['receive', 'close'],
  received: ['close'],
  closed: [],
  cancelled: [],
};

export const TONES: Record<PurchaseOrderState, Tone> = {
  draft: 'neutral',
  approved: 'accent',
  sent: 'accent',
  partly_received: 'warn',
  received: 'good',
  closed: 'neutral',
  cancelled: 'bad',
};

export function stateOf(order: Pick<PurchaseOrder, 'state'>): PurchaseOrderState {
  return order.state ?? 'draft';
}

export function nextSteps(order: Pick<PurchaseOrder, 'state'>): readonly Step[] {
  return NEXT[stateOf(order)];
}

/** Units of a line that have not come; more may come than was ordered. */
export function outstanding(line: { quantity: number; received?: number }): number {
  return Math.max(line.quantity - (line.received ?? 0), 0);
}
