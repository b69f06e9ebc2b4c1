'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const PROFILE = ['auth', 'profile'];
const FACTOR = ['auth', 'factor'];
const SESSIONS = ['auth', 'sessions'];

/** Oneself; `customer_id` where one is a customer of the shop. */
export function useProfile() {
  return useQuery({
    queryKey: PROFILE,
    queryFn: ({ signal }) => ok(api.GET('/v1/user/profile', { signal })),
    staleTime: 60_000,
  });
}

export function useRename() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => ok(api.PATCH('/v1/user/profile', { body: { name } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: PROFILE }),
  });
}

/** Has a code mailed to the address that is to come. */
export const askForAddress = (email: string, password: string) =>
  done(api.POST('/v1/user/email', { body: { email, password } }));

export function useFactor() {
  return useQuery({
    queryKey: FACTOR,
    queryFn: ({ signal }) => ok(api.GET('/v1/user/totp', { signal })),
  });
}

export const enrol = (password: string) => ok(api.POST('/v1/user/totp', { body: { password } }));
export const verify = (code: string) => ok(api.POST('/v1/user/totp/verify', { body: { code } }));
export const disable = (password: string, code: string) =>
  done(api.POST('/v1/user/totp/disable', { body: { password, code } }));

/** Has the second factor read again. */
export function useFactorChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: FACTOR });
}

const FACTS: Facts<Answer<'/v1/auth/sessions', 'get'>['items'][number]> = {
  created_at: (row) => row.created_at,
  network: (row) => row.network,
  current: (row) => row.current,
};

export function useSessions() {
  return useRows(
    {
      key: SESSIONS,
      size: 20,
      page: (query, more) => ok(api.GET('/v1/auth/sessions', { params: { query }, ...more })),
    },
    FACTS,
  );
}

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE('/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: SESSIONS }),
  });
}
