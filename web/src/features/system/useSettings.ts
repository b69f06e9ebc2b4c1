'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { ShopSettings } from '@/api/types';

const KEY = ['system', 'settings'];

export function useSettings() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ok(api.GET('/v1/system/settings', { signal })),
  });
}

/** Former settings, newest first. */
export function useSettingsHistory() {
  return useQuery({
    queryKey: [...KEY, 'history'],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/system/settings/history', { params: { query: { limit: 20 } }, signal })),
  });
}

export type SettingsChange = Partial<
  Pick<
    ShopSettings,
    'name' | 'currency' | 'time_zone' | 'lead_time_days' | 'review_days' | 'service_level'
  >
> & { readonly event_origins?: string[] };

/** Changes settings as they were read: somebody else's change meanwhile is refused. */
export function useChangeSettings(version: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: SettingsChange) =>
      ok(api.PATCH('/v1/system/settings', { body: { version, ...change } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['system'] }),
  });
}
