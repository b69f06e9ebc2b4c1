'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { PoisonedEvent } from '@/api/types';

const DEAD = ['dead-letters'];
const POISONED = ['poisoned-events'];

export function useDeadLetters(cursor: string | null) {
  return useQuery({
    queryKey: [...DEAD, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 25, ...(cursor && { cursor }) };
      return ok(api.GET('/v1/dead-letters', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function usePoisonedEvents(cursor: string | null) {
  return useQuery({
    queryKey: [...POISONED, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 25, ...(cursor && { cursor }) };
      return ok(api.GET('/v1/poisoned-events', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useRedriveLetter() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(
        api.POST('/v1/dead-letters/{letter_id}/redrive', { params: { path: { letter_id: id } } }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: DEAD }),
  });
}

/** Gives a laid-aside event to its consumer again, or drops it for good. */
export function usePoisonedStep({ consumer, event_id }: PoisonedEvent) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (step: 'redrive' | 'discard') => {
      const params = { path: { consumer, event_id } };
      return step === 'redrive'
        ? done(api.POST('/v1/poisoned-events/{consumer}/{event_id}/redrive', { params }))
        : done(api.DELETE('/v1/poisoned-events/{consumer}/{event_id}', { params }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: POISONED }),
  });
}
