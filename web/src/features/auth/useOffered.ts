'use client';

import { useQuery } from '@tanstack/react-query';
import { providerOffered } from '@/api/open';

/** Whether an OpenID provider can be signed in with; no, until it is known. */
export function useOffered(): boolean {
  const { data } = useQuery({
    queryKey: ['auth', 'ways'],
    queryFn: ({ signal }) => providerOffered(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? false;
}
