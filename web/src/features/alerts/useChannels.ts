'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import { newKey } from '@/features/purchasing/useOrdering';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export type Channel = Answer<'/v1/alert-channels', 'get'>['items'][number];
export const CHANNEL_KINDS = ['email', 'webhook', 'slack'] as const;
export const DIGESTS = ['instant', 'hourly', 'daily'] as const;

const KEY = ['alert-channels'];

const FACTS: Facts<Channel> = {
  name: (row) => row.name,
  kind: (row) => row.kind,
  where: (row) => row.to ?? row.url,
  least_severity: (row) => row.least_severity,
  digest: (row) => row.digest,
  enabled: (row) => row.enabled,
};

export function useChannels() {
  return useRows(
    {
      key: [...KEY, 'list'],
      page: (query, more) => ok(api.GET('/v1/alert-channels', { params: { query }, ...more })),
    },
    FACTS,
  );
}

/** Those that there are to choose from. */
export function useEveryChannel() {
  return useQuery({
    queryKey: [...KEY, 'every'],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/alert-channels', { params: { query: { limit: 200 } }, signal })),
  });
}

export type ChannelValues = Pick<
  Channel,
  'name' | 'least_severity' | 'digest' | 'digest_at' | 'quiet' | 'urgent' | 'enabled'
> & { readonly kind: Channel['kind']; readonly where: string };

/** Adds a channel, or changes the one that was read. */
export function useSaveChannel(channel: Channel | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, where, ...values }: ChannelValues) => {
      const to = kind === 'email' ? { to: where } : { url: where };
      return channel
        ? ok(
            api.PATCH('/v1/alert-channels/{channel_id}', {
              params: { path: { channel_id: channel.id } },
              body: { version: channel.version, rotate_secret: false, ...to, ...values },
            }),
          )
        : ok(
            api.POST('/v1/alert-channels', {
              params: { header: { 'Idempotency-Key': newKey() } },
              body: { kind, ...to, ...values },
            }),
          );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useDropChannel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE('/v1/alert-channels/{channel_id}', { params: { path: { channel_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Sends a message now and tells how that went. */
export function useTestChannel(id: string) {
  return useMutation({
    mutationFn: () =>
      ok(
        api.POST('/v1/alert-channels/{channel_id}/test', { params: { path: { channel_id: id } } }),
      ),
  });
}
