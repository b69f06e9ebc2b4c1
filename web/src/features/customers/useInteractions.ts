'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export const KINDS = ['order', 'visit', 'answer', 'alert'] as const;
export type Kind = '' | (typeof KINDS)[number];

/** What happened between a customer and the shop, newest first, a page after another. */
export function useInteractions(id: string, kind: Kind) {
  return useInfiniteQuery({
    queryKey: ['customers', 'interactions', id, kind],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 20,
        ...(kind && { kind }),
        ...(pageParam && { cursor: pageParam }),
      };
      return ok(
        api.GET('/v1/customers/{customer_id}/interactions', {
          params: { path: { customer_id: id }, query },
          signal,
        }),
      );
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}
