'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

const WHILE_SETTING_UP_MS = 1_000;

/** The shop and its state; asked every second while the shop is being made. */
export function useStatus() {
  return useQuery({
    queryKey: ['system', 'status'],
    queryFn: ({ signal }) => ok(api.GET('/v1/system/status', { signal })),
    refetchInterval: ({ state }) =>
      state.data?.setup.state === 'working' ? WHILE_SETTING_UP_MS : false,
  });
}
