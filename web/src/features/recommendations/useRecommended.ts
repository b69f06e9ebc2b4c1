'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** What the customer's next basket most likely holds; looking does not count as showing. */
export function useNextBasket(id: string) {
  return useQuery({
    queryKey: ['recommended', id, 'next-basket'],
    queryFn: ({ signal }) => {
      const params = { path: { customer_id: id }, query: { limit: 6, preview: true } };
      return ok(api.GET('/v1/customers/{customer_id}/next-basket', { params, signal }));
    },
  });
}

export const CONTEXTS = ['home', 'product', 'email'] as const;
export const CHOICES = ['include', 'exclude', 'only'] as const;

export interface Looked {
  readonly context: (typeof CONTEXTS)[number];
  /** Of the context product. */
  readonly product: string;
  readonly category: string;
  readonly own: (typeof CHOICES)[number];
}

/** What the customer would be shown at this moment; looking does not count as showing. */
export function usePreview(id: string, { context, product, category, own }: Looked, limit = 12) {
  return useQuery({
    queryKey: ['recommended', id, context, product, category, own, limit],
    queryFn: ({ signal }) => {
      const query = {
        limit,
        context,
        own,
        preview: true,
        ...(context === 'product' && { product_id: product }),
        ...(category && { category }),
      };
      const params = { path: { customer_id: id }, query };
      return ok(api.GET('/v1/recommendations/customers/{customer_id}', { params, signal }));
    },
    placeholderData: keepPreviousData,
    enabled: context !== 'product' || product !== '',
  });
}
