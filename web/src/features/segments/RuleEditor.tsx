'use client';

import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/problem';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { ConditionRow } from './ConditionRow';
import { conditionOf, type Draft, draftOf } from './rules';
import { useDefine } from './useSegmentChanges';

type Groups = readonly (readonly Draft[])[];

const FIRST: Groups = [[draftOf('orders')]];
const MOST = 20;

/** The API's reason for one condition, by its place in the rule. */
function reasonAt(error: unknown, group: number, place: number): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const path = `any[${group}].all[${place}]`;
  return error.errors.find((each) => each.field.includes(path))?.reason;
}

/** A segment of one's own: groups of conditions, of which any may hold. */
export function RuleEditor({ onDefined }: { onDefined: (name: string) => void }) {
  const { t } = useWords();
  const why = useReason();
  const currency = useStatus().data?.shop.currency ?? 'EUR';
  const digits = fmt.minorDigits(currency);
  const define = useDefine();
  const [name, setName] = useState('');
  const [groups, setGroups] = useState<Groups>(FIRST);
  const [tried, setTried] = useState(false);
  const change = (group: number, next: readonly Draft[]) =>
    setGroups(groups.map((one, g) => (g === group ? next : one)).filter((one) => one.length > 0));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const any = groups.map((group) => ({
      all: group.flatMap((draft) => conditionOf(draft, digits) ?? []),
    }));
    const whole = any.every(({ all }, g) => all.length === groups[g]?.length);
    if (!whole || !name.trim()) return;
    define.mutate(
      { name: name.trim(), rule: { any } },
      {
        onSuccess: (made) => {
          onDefined(made.name);
          setName('');
          setGroups(FIRST);
          setTried(false);
        },
      },
    );
  };
  const refused = define.error instanceof ApiError ? define.error : null;
  const placed = refused !== null && refused.errors.length > 0;
  return (
    <Card title={t('rule.title')} text={t('rule.text')}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        {define.error && !placed && (
          <Banner tone="bad" alert>
            {why(define.error)}
          </Banner>
        )}
        <div className="max-w-md">
          <TextField
            label={t('segment.name')}
            dir="auto"
            maxLength={100}
            value={name}
            error={tried && !name.trim() ? t('login.required') : refused?.reasonFor('name')}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {groups.map((group, g) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: drafts have no other identity
          <fieldset key={g} className="grid gap-3 rounded-card border border-line p-3">
            <legend className="px-1 font-medium text-sm">
              {t(g === 0 ? 'rule.first' : 'rule.orWho')}
            </legend>
            {group.map((draft, c) => (
              <ConditionRow
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                key={c}
                draft={draft}
                currency={currency}
                error={
                  tried && conditionOf(draft, digits) === null
                    ? t('rule.bad')
                    : reasonAt(define.error, g, c)
                }
                onChange={(next) =>
                  change(
                    g,
                    group.map((one, n) => (n === c ? next : one)),
                  )
                }
                onRemove={
                  groups.length > 1 || group.length > 1
                    ? () =>
                        change(
                          g,
                          group.filter((_, n) => n !== c),
                        )
                    : null
                }
              />
            ))}
            <div>
              <Button
                small
                disabled={group.length >= MOST}
                onClick={() => change(g, [...group, draftOf('days_since_last')])}
              >
                {t('rule.addAnd')}
              </Button>
            </div>
          </fieldset>
        ))}
        <div className="flex flex-wrap justify-between gap-2">
          <Button
            disabled={groups.length >= MOST}
            onClick={() => setGroups([...groups, [draftOf('orders')]])}
          >
            {t('rule.addOr')}
          </Button>
          <Button type="submit" kind="primary" busy={define.isPending}>
            {t('rule.save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
