'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

const KEY = ['digest'];
export const EVERY = ['never', 'day', 'week'] as const;
export type Every = (typeof EVERY)[number];

/** How often one gets the shop's figures by mail. */
export function useDigest() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ok(api.GET('/v1/dashboard/digest', { signal })),
  });
}

export function useAskForDigest() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (every: Every) => ok(api.PUT('/v1/dashboard/digest', { body: { every } })),
    onSuccess: (digest) => queries.setQueryData(KEY, digest),
  });
}
