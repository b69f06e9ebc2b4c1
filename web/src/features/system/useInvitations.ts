'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Invitation } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';
import type { NewMember, Role } from './useMembers';

export const INVITED_ROLES = ['manager', 'analyst', 'admin', 'customer'] as const satisfies Role[];
export type InvitedRole = (typeof INVITED_ROLES)[number];
const KEY = ['users', 'invitations'];

const FACTS: Facts<Invitation> = {
  name: (row) => row.name,
  email: (row) => row.email,
  role: (row) => row.role,
  state: (row) => row.state,
  created_at: (row) => row.created_at,
  expires_at: (row) => new Date(row.expires_at * 1000).toISOString(),
};

export function useInvitations() {
  return useRows(
    {
      key: KEY,
      page: (query, more) => ok(api.GET('/v1/users/invitations', { params: { query }, ...more })),
    },
    FACTS,
    'invited',
  );
}

export function useInvite() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewMember & { role: InvitedRole }) =>
      ok(api.POST('/v1/users/invitations', { body })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

const of = (id: string) => ({ params: { path: { invitation_id: id } } });

export function useSendAgain() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => ok(api.POST('/v1/users/invitations/{invitation_id}/send', of(id))),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useWithdraw() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => done(api.DELETE('/v1/users/invitations/{invitation_id}', of(id))),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
