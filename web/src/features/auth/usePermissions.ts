'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

/** What the signed-in user may do; nothing until it is known. The API has the last word. */
export function usePermissions(): readonly string[] {
  const { data } = useQuery({
    queryKey: ['permissions'],
    queryFn: ({ signal }) => ok(api.GET('/v1/user/profile', { signal })),
    staleTime: 5 * 60_000,
  });
  return data?.permissions ?? [];
}

export function useMay(permission: string): boolean {
  return usePermissions().includes(permission);
}
