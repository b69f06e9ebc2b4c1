import type { Proposal } from '@/api/types';

/** A selected proposal, with the quantity that the manager wants. */
export interface Chosen {
  readonly proposal: Proposal;
  readonly quantity: number;
}

export type Selection = ReadonlyMap<string, Chosen>;

export function keyOf(proposal: Pick<Proposal, 'product_id' | 'location_id'>): string {
  return JSON.stringify([proposal.product_id, proposal.location_id]);
}

/** What text in a quantity field means: whole units from 0, or null for no such number. */
export function unitsOf(text: string): number | null {
  const units = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(units) && units >= 0 ? units : null;
}

/** The cost of a quantity at the proposal's unit cost; null where that is not known. */
export function costOf({ proposal, quantity }: Chosen): number | null {
  return proposal.unit_cost_minor === null ? null : proposal.unit_cost_minor * quantity;
}

export function totalCost(chosen: Iterable<Chosen>): number {
  let total = 0;
  for (const each of chosen) total += costOf(each) ?? 0;
  return total;
}

/** The products wanted at each location: what one call of the API can draft. */
export function byLocation(chosen: Iterable<Chosen>): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { proposal } of chosen) {
    const products = places.get(proposal.location_id) ?? [];
    products.push(proposal.product_id);
    places.set(proposal.location_id, products);
  }
  return places;
}

/** Lines with the wanted quantities where a draft has others, or null where it agrees. */
export function corrected(
  order: { location_id: string; lines: readonly { product_id: string; quantity: number }[] },
  selection: Selection,
): { product_id: string; quantity: number }[] | null {
  const lines = order.lines.map((line) => ({
    product_id: line.product_id,
    quantity:
      selection.get(keyOf({ product_id: line.product_id, location_id: order.location_id }))
        ?.quantity ?? line.quantity,
  }));
  return lines.some((line, i) => line.quantity !== order.lines[i]?.quantity) ? lines : null;
}
