'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { DeadLetter, PoisonedEvent } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const DEAD = ['dead-letters'];
const POISONED = ['poisoned-events'];

const LETTER_FACTS: Facts<DeadLetter> = {
  id: (row) => row.id,
  name: (row) => row.name,
  at: (row) => row.at,
  attempts: (row) => row.attempts,
  error: (row) => row.error,
};

export function useDeadLetters() {
  return useRows(
    {
      key: DEAD,
      size: 25,
      page: (query, more) => ok(api.GET('/v1/dead-letters', { params: { query }, ...more })),
    },
    LETTER_FACTS,
  );
}

const EVENT_FACTS: Facts<PoisonedEvent> = {
  event_id: (row) => row.event_id,
  consumer: (row) => row.consumer,
  type: (row) => row.type,
  key: (row) => row.key,
  at: (row) => row.at,
  laid_aside_at: (row) => row.laid_aside_at,
  error: (row) => row.error,
};

export function usePoisonedEvents() {
  return useRows(
    {
      key: POISONED,
      size: 25,
      page: (query, more) => ok(api.GET('/v1/poisoned-events', { params: { query }, ...more })),
    },
    EVENT_FACTS,
    'events',
  );
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
