'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Purchase } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const path = (customer_id: string) => ({ path: { customer_id } });

/** What the customer will run out of, in the order of its days. */
export function useShopping(id: string) {
  return useQuery({
    queryKey: ['my', 'list', id],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/customers/{customer_id}/consumption-predictions', {
          params: path(id),
          signal,
        }),
      ),
  });
}

const FOR_YOU = ['my', 'for-you'];

export function useForYou(id: string) {
  return useQuery({
    queryKey: [...FOR_YOU, id],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/recommendations/customers/{customer_id}', {
          params: { ...path(id), query: { context: 'home', limit: 12 } },
          signal,
        }),
      ),
    // Each answer is kept for judging: only who asks again is shown another.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface Verdict {
  readonly answer: string;
  readonly product: string;
  readonly verdict: 'dismissed' | 'liked';
}

/** Says what one thinks of a suggestion; what is dismissed is not suggested again. */
export function useVerdict() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ answer, product, verdict }: Verdict) => {
      const params = { path: { id: answer } };
      return verdict === 'dismissed'
        ? ok(
            api.POST('/v1/recommendations/{id}/dismiss', {
              params,
              body: { product_id: product },
            }),
          )
        : ok(
            api.POST('/v1/recommendations/{id}/feedback', {
              params,
              body: { product_id: product, liked: true },
            }),
          );
    },
    onSuccess: (_, { verdict }) =>
      verdict === 'dismissed' ? queries.invalidateQueries({ queryKey: FOR_YOU }) : undefined,
  });
}

const FACTS: Facts<Purchase> = {
  number: (row) => row.number,
  placed_at: (row) => row.placed_at,
  status: (row) => row.status,
  total_minor: (row) => row.total_minor,
  refunded_minor: (row) => row.refunded_minor,
  currency: (row) => row.currency,
  products: (row) => row.lines.map((line) => `${line.quantity} × ${line.name}`).join(', '),
};

/** One's own orders, newest first. */
export function usePurchases(id: string) {
  return useRows(
    {
      key: ['my', 'orders', id],
      size: 20,
      page: (query, more) =>
        ok(
          api.GET('/v1/customers/{customer_id}/purchases', {
            params: { ...path(id), query },
            ...more,
          }),
        ),
    },
    FACTS,
  );
}
