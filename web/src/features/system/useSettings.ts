'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Answer, ShopSettings } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const KEY = ['system', 'settings'];

export function useSettings() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ok(api.GET('/v1/system/settings', { signal })),
  });
}

export type Former = Answer<'/v1/system/settings/history', 'get'>['items'][number];

const FACTS: Facts<Former> = {
  version: (row) => row.version,
  at: (row) => row.at,
  by: (row) => row.by,
  service_level: (row) => row.value.service_level,
  lead_time_days: (row) => row.value.lead_time_days,
  review_days: (row) => row.value.review_days,
  time_zone: (row) => row.value.time_zone,
};

/** Former settings, newest first. */
export function useSettingsHistory() {
  return useRows(
    {
      key: [...KEY, 'history'],
      size: 20,
      page: (query, more) =>
        ok(api.GET('/v1/system/settings/history', { params: { query }, ...more })),
    },
    FACTS,
  );
}

export type SettingsChange = Partial<
  Pick<
    ShopSettings,
    | 'name'
    | 'currency'
    | 'time_zone'
    | 'country'
    | 'lead_time_days'
    | 'review_days'
    | 'service_level'
  >
> & {
  readonly event_origins?: string[];
  readonly web_address?: string;
  readonly personalisation_by_consent?: boolean;
};

/** Changes settings as they were read: somebody else's change meanwhile is refused. */
export function useChangeSettings(version: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: SettingsChange) =>
      ok(api.PATCH('/v1/system/settings', { body: { version, ...change } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['system'] }),
  });
}
