'use client';

import { useState } from 'react';
import { reasonAt } from '@/api/problem';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { usePause } from '@/shell/usePause';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { SelectField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { type PowerDraft, powerOf } from './plan';
import { usePower } from './useExperiments';

/** What the API calls them. */
const FIELDS = {
  baseline: 'baseline',
  deviation: 'deviation',
  effect: 'relative_effect',
  perDay: 'units_per_day',
} as const;

const FIRST: PowerDraft = {
  kind: 'proportion',
  baseline: '10',
  deviation: '',
  effect: '10',
  perDay: '100',
};

interface Props {
  arms: number;
  anyTime: boolean;
  onPlan: (units: number) => void;
}

/** How many people and days it takes to see a change of a certain size. */
export function PowerCard({ arms, anyTime, onPlan }: Props) {
  const { t, format } = useWords();
  const why = useReason();
  const [draft, setDraft] = useState<PowerDraft>(FIRST);
  // Paused as text, since a new object each time would never come to rest.
  const settled = JSON.parse(usePause(JSON.stringify(draft))) as PowerDraft;
  const asked = powerOf(settled, arms);
  const { data, error } = usePower(asked);
  const found = asked ? data : undefined;
  const refused = (name: keyof typeof FIELDS) =>
    asked ? reasonAt(error, FIELDS[name]) : undefined;
  const placed = Object.values(FIELDS).some((name) => reasonAt(error, name));
  const field = (name: keyof typeof FIELDS) => ({
    error: refused(name),
    inputMode: 'decimal' as const,
    dir: 'ltr' as const,
    value: draft[name],
    onChange: (event: { target: { value: string } }) =>
      setDraft({ ...draft, [name]: event.target.value }),
  });
  const units = found && (anyTime ? found.sequential_units : found.units);
  return (
    <Card title={t('power.title')} text={t('power.text')}>
      <div className="grid gap-3">
        <SelectField
          label={t('exp.metric.kind')}
          value={draft.kind}
          options={[
            { value: 'proportion', label: t('exp.kind.proportion') },
            { value: 'mean', label: t('exp.kind.mean') },
          ]}
          onChange={(kind) => setDraft({ ...draft, kind })}
        />
        <TextField
          label={t(draft.kind === 'proportion' ? 'power.share' : 'power.mean')}
          {...field('baseline')}
        />
        {draft.kind === 'mean' && (
          <TextField
            label={t('power.deviation')}
            hint={t('power.deviation.hint')}
            {...field('deviation')}
          />
        )}
        <TextField label={t('power.effect')} {...field('effect')} />
        <TextField label={t('power.perDay')} {...field('perDay')} />
        {error && asked && !placed && <Banner tone="bad">{why(error)}</Banner>}
        {!asked && <p className="text-ink-2 text-sm">{t('power.missing')}</p>}
        {found && units !== undefined && (
          <div aria-live="polite" className="grid gap-3">
            <FactList
              facts={[
                {
                  name: t('power.once'),
                  value: t('power.needs', {
                    units: fmt.count(format, found.units),
                    n: found.days,
                  }),
                },
                {
                  name: t('power.anyTime'),
                  value: t('power.needs', {
                    units: fmt.count(format, found.sequential_units),
                    n: found.sequential_days,
                  }),
                },
              ]}
            />
            <p className="text-ink-2 text-xs">{t('power.note')}</p>
            <Button onClick={() => onPlan(units)}>
              {t('power.use', { n: fmt.count(format, units) })}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}
