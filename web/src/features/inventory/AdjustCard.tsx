'use client';

import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/problem';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { SelectField, TextField } from '@/ui/Field';
import { Segmented } from '@/ui/Segmented';
import { useReason } from '@/ui/states';
import { type Adjusted, type Adjustment, REASONS, useAdjust } from './useAdjust';
import { useLocationName, useLocations } from './useLocations';

/** Whole units, below zero only where they are a change. */
function unitsOf(text: string, mode: Adjustment['mode']): number | null {
  const units = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(units)) return null;
  return mode === 'count' ? (units < 0 ? null : units) : units === 0 ? null : units;
}

function Done({ done, undo, busy }: { done: Adjusted; undo: (() => void) | null; busy: boolean }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const values = { location: nameOf(done.location), n: done.onHand };
  return (
    <Banner
      tone="good"
      action={
        undo && (
          <Button small busy={busy} onClick={undo}>
            {t('action.undo')}
          </Button>
        )
      }
    >
      {undo
        ? t('stock.saved', { ...values, change: fmt.signed(format, done.change, 0) })
        : t('stock.undone', values)}
    </Banner>
  );
}

/** Adjusts or counts one product's stock; what it did can be undone while it is in sight. */
export function AdjustCard({ productId }: { productId: string }) {
  const { t } = useWords();
  const why = useReason();
  const locations = useLocations().data?.items ?? [];
  const step = useAdjust(productId);
  const [place, setPlace] = useState<string | null>(null);
  const [mode, setMode] = useState<Adjustment['mode']>('delta');
  const [reason, setReason] = useState<Adjustment['reason']>('correction');
  const [text, setText] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState<{ what: Adjusted; undone: boolean } | null>(null);
  const location = place ?? locations.find((each) => each.default)?.id ?? '';
  const units = unitsOf(text, mode);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (units === null || !location) return;
    step.mutate(
      { location, mode, units, reason, note },
      {
        onSuccess: (what) => {
          setDone({ what, undone: false });
          setText('');
          setNote('');
          setTried(false);
        },
      },
    );
  };
  const undo = (what: Adjusted) =>
    step.mutate(
      {
        location: what.location,
        mode: 'delta',
        units: -what.change,
        reason: 'correction',
        note: '',
      },
      { onSuccess: (after) => setDone({ what: after, undone: true }) },
    );
  const refused = step.error instanceof ApiError ? step.error : null;
  const atField = refused?.reasonFor(mode === 'count' ? 'count_to' : 'delta');
  return (
    <Card title={t('stock.change')}>
      <form onSubmit={submit} noValidate className="grid gap-3">
        {done && (
          <Done
            done={done.what}
            busy={step.isPending}
            undo={done.undone || done.what.change === 0 ? null : () => undo(done.what)}
          />
        )}
        {step.error && !atField && (
          <Banner tone="bad" alert>
            {why(step.error)}
          </Banner>
        )}
        <SelectField
          label={t('col.location')}
          value={location}
          options={locations.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setPlace}
        />
        <div>
          <Segmented
            label={t('stock.mode')}
            value={mode}
            options={[
              { value: 'delta', label: t('stock.mode.delta') },
              { value: 'count', label: t('stock.mode.count') },
            ]}
            onChange={setMode}
          />
        </div>
        <TextField
          label={t(mode === 'count' ? 'stock.counted' : 'stock.delta')}
          type="number"
          step={1}
          value={text}
          error={tried && units === null ? t('stock.bad') : atField}
          onChange={(event) => setText(event.target.value)}
        />
        <SelectField
          label={t('stock.reason')}
          value={reason}
          options={REASONS.map((value) => ({ value, label: t(`stock.reason.${value}`) }))}
          onChange={setReason}
        />
        <TextField
          label={t('stock.note')}
          dir="auto"
          value={note}
          error={refused?.reasonFor('note')}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button type="submit" kind="primary" busy={step.isPending}>
          {t('action.save')}
        </Button>
      </form>
    </Card>
  );
}
