'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

function useGranted() {
  return useQuery({
    queryKey: ['permissions'],
    queryFn: ({ signal }) => ok(api.GET('/v1/user/profile', { signal })),
    staleTime: 5 * 60_000,
  });
}

/** What the signed-in user may do; nothing until it is known. The API has the last word. */
export function usePermissions(): readonly string[] {
  return useGranted().data?.permissions ?? [];
}

/** Whether it is still being asked, so that what needs a permission may come any moment. */
export function usePermissionsAsked(): boolean {
  return useGranted().isPending;
}

export function useMay(permission: string): boolean {
  return usePermissions().includes(permission);
}
