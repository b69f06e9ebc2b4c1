'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

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

export function usePurchases(id: string, cursor: string | null) {
  return useQuery({
    queryKey: ['my', 'orders', id, cursor],
    queryFn: ({ signal }) =>
      ok(
        api.GET('/v1/customers/{customer_id}/purchases', {
          params: { ...path(id), query: { limit: 20, ...(cursor && { cursor }) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
