'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Member } from '@/api/types';
import { useWords } from '@/i18n/locale';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export const ROLES = ['admin', 'manager', 'analyst', 'customer', 'service'] as const;
export type Role = (typeof ROLES)[number];
const KEY = ['users'];

const FACTS: Facts<Member> = {
  name: (row) => row.name,
  email: (row) => row.email,
  role: (row) => row.role,
  state: (row) => row.state,
  created_at: (row) => row.created_at,
};

export function useMembers() {
  return useRows(
    {
      key: [...KEY, 'list'],
      page: (query, more) => ok(api.GET('/v1/users', { params: { query }, ...more })),
    },
    FACTS,
  );
}

/** Whom events name that no person caused. */
const NOBODY = ['system', 'unknown'];

/** The name of whoever did something, where the list of users tells it; else the id. */
export function useActorName(): (id: string) => string {
  const { t } = useWords();
  const { data } = useQuery({
    queryKey: [...KEY, 'names'],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/users', { params: { query: { limit: 200 } }, signal })),
    staleTime: 5 * 60_000,
  });
  return (id) =>
    NOBODY.includes(id)
      ? t('audit.itself')
      : (data?.items.find((user) => user.id === id)?.name ?? id);
}

export interface NewMember {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

export function useAddMember() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewMember) => ok(api.POST('/v1/users', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export interface MemberChange {
  readonly name?: string;
  readonly role?: Role;
  readonly state?: Member['state'];
}

export function useChangeMember({ id, version }: Member) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: MemberChange) =>
      ok(
        api.PATCH('/v1/users/{user_id}', {
          params: { path: { user_id: id } },
          body: { version, ...change },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** A new one-time password, which ends the user's sessions. */
export function useResetPassword(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ok(api.POST('/v1/users/{user_id}/password', { params: { path: { user_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Takes off the second factor of somebody who has lost it. */
export function useDropSecondFactor(id: string) {
  return useMutation({
    mutationFn: () =>
      done(api.DELETE('/v1/users/{user_id}/totp', { params: { path: { user_id: id } } })),
  });
}
