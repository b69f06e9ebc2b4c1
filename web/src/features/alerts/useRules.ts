'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import { newKey } from '@/features/purchasing/useOrdering';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export type RuleWithTally = Answer<'/v1/alert-rules', 'get'>['items'][number];
export type Rule = RuleWithTally['rule'];
export type Kind = Answer<'/v1/alert-rules/kinds', 'get'>['items'][number];
export type Preview = Answer<'/v1/alert-rules/preview', 'post'>;

const KEY = ['alert-rules'];

const FACTS: Facts<RuleWithTally> = {
  id: ({ rule }) => rule.id,
  name: ({ rule }) => rule.name,
  text: ({ rule }) => rule.text,
  kind: ({ rule }) => rule.kind,
  severity: ({ rule }) => rule.severity ?? 'warning',
  enabled: ({ rule }) => rule.enabled ?? true,
  opened: ({ tally }) => tally.opened ?? 0,
  avoided_minor: ({ tally }) => tally.avoided_minor ?? 0,
};

/** All rules, a few dozen at most; of one kind where it is given. */
export function useRules(kind: string) {
  return useRows(
    {
      key: [...KEY, 'list', kind],
      page: async (query, more) => {
        const page = await ok(api.GET('/v1/alert-rules', { params: { query }, ...more }));
        return { ...page, items: page.items.filter(({ rule }) => !kind || rule.kind === kind) };
      },
      size: 200,
    },
    FACTS,
  );
}

export function useRule(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/alert-rules/{rule_id}', { params: { path: { rule_id: id } }, signal })),
    enabled: id !== '',
  });
}

/** What rules can look at, and what is known of it. */
export function useKinds() {
  return useQuery({
    queryKey: [...KEY, 'kinds'],
    queryFn: ({ signal }) => ok(api.GET('/v1/alert-rules/kinds', { signal })),
    staleTime: 5 * 60_000,
  });
}

export type Wanted = Pick<Rule, 'kind' | 'face' | 'name' | 'when' | 'channels' | 'escalate_to'> &
  Required<
    Pick<Rule, 'severity' | 'enabled' | 'least_loss_minor' | 'pause_hours' | 'escalate_minutes'>
  >;

/** Writes a new rule, or changes the one that was read. */
export function useSaveRule(rule: Rule | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, ...values }: Wanted) =>
      rule
        ? ok(
            api.PATCH('/v1/alert-rules/{rule_id}', {
              params: { path: { rule_id: rule.id } },
              body: { version: rule.version ?? 0, ...values },
            }),
          )
        : ok(
            api.POST('/v1/alert-rules', {
              params: { header: { 'Idempotency-Key': newKey() } },
              body: { kind, ...values },
            }),
          ),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useSwitchRule() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version = 0, enabled = true }: Rule) =>
      ok(
        api.PATCH('/v1/alert-rules/{rule_id}', {
          params: { path: { rule_id: id } },
          body: { version, enabled: !enabled },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Deletes a rule; of a built-in one it takes the changes back. */
export function useDropRule() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE('/v1/alert-rules/{rule_id}', { params: { path: { rule_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** How often a rule would have spoken in the last 30 days. */
export function usePreview() {
  return useMutation({
    mutationFn: ({ kind, face, when, least_loss_minor }: Wanted) =>
      ok(
        api.POST('/v1/alert-rules/preview', {
          body: { kind, face, when, least_loss_minor },
        }),
      ),
  });
}
