'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export interface Counted {
  readonly id: string;
  readonly name: string;
  readonly counted: number;
}

export interface Compared extends Counted {
  /** What the books say is on hand. */
  readonly books: number;
}

/** What the books say of the few products that were counted. */
export function useCompare() {
  return useMutation({
    mutationFn: ({ location, counts }: { location: string; counts: readonly Counted[] }) =>
      Promise.all(
        counts.map(async (count): Promise<Compared> => {
          const query = { product_id: count.id, location_id: location };
          const page = await ok(api.GET('/v1/inventory', { params: { query } }));
          return { ...count, books: page.items[0]?.on_hand ?? 0 };
        }),
      ),
  });
}

interface Taken {
  readonly location: string;
  readonly counts: readonly Counted[];
  readonly note: string;
  /** Told of each count that is in the books. */
  readonly told: (id: string) => void;
}

/** Takes counts into the books one by one; what stops it leaves the ones before it taken. */
export function useTakeCounts() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ location, counts, note, told }: Taken) => {
      for (const { id, counted } of counts) {
        await ok(
          api.POST('/v1/inventory/{product_id}/adjust', {
            params: { path: { product_id: id } },
            body: { location_id: location, count_to: counted, reason: 'correction', note },
          }),
        );
        told(id);
      }
    },
    onSettled: () =>
      Promise.all(
        ['inventory', 'product', 'replenishment', 'dashboard'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}
