'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Member } from '@/api/types';

export const ROLES = ['admin', 'manager', 'analyst', 'customer', 'service'] as const;
export type Role = (typeof ROLES)[number];
const KEY = ['users'];

export function useMembers(cursor: string | null) {
  return useQuery({
    queryKey: [...KEY, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...(cursor && { cursor }) };
      return ok(api.GET('/v1/users', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** The name of whoever did something, where the list of users tells it; else the id. */
export function useActorName(): (id: string) => string {
  const { data } = useQuery({
    queryKey: [...KEY, 'names'],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/users', { params: { query: { limit: 200 } }, signal })),
    staleTime: 5 * 60_000,
  });
  return (id) => data?.items.find((user) => user.id === id)?.name ?? id;
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
