'use client';

import { type FormEvent, useState } from 'react';
import { reasonAt } from '@/api/problem';
import { amountOf, minorOf } from '@/i18n/amount';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { SelectField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { Conditions } from './Conditions';
import { anyReason, firstLine, linesOf, minutesOf, reasonsOf, SEVERITIES, whenOf } from './draft';
import { PreviewCard } from './PreviewCard';
import { Escalation, Told } from './Told';
import { type Kind, type Rule, usePreview, useSaveRule, type Wanted } from './useRules';

const PLACED = ['name', 'least_loss_minor', 'pause_hours', 'escalate_minutes'] as const;

interface Props {
  rule: Rule | null;
  kinds: readonly [Kind, ...Kind[]];
  currency: string;
  onSaved: () => void;
}

/** What is being written, before it is checked. */
function useDraft({ rule, kinds, currency }: Props) {
  const [kindName, setKindName] = useState<string>(rule?.kind ?? kinds[0].name);
  const kind = kinds.find(({ name }) => name === kindName) ?? kinds[0];
  const [face, setFace] = useState(rule?.face ?? kind.faces[0] ?? '');
  const [lines, setLines] = useState(() =>
    rule ? linesOf(rule.when, currency) : [[firstLine(kind)]],
  );
  const [name, setName] = useState(rule?.name ?? '');
  const [severity, setSeverity] = useState(rule?.severity ?? 'warning');
  const [least, setLeast] = useState(amountOf(rule?.least_loss_minor ?? 0, currency));
  const [pause, setPause] = useState(String(rule?.pause_hours ?? 24));
  const [channels, setChannels] = useState<readonly string[]>(rule?.channels ?? []);
  const [escalate, setEscalate] = useState(String(rule?.escalate_minutes ?? ''));
  const [escalateTo, setEscalateTo] = useState<readonly string[]>(rule?.escalate_to ?? []);
  const minutes = minutesOf(escalate);
  const leastMinor = minorOf(least, currency);
  const hours = /^\d{1,3}$/.test(pause.trim()) ? Number(pause) : null;
  const when = whenOf(lines, kind, currency);
  const wanted: Wanted | null =
    when && leastMinor !== null && hours !== null && minutes !== undefined
      ? {
          kind: kind.name as Wanted['kind'],
          face,
          name: name.trim(),
          when,
          severity,
          enabled: rule?.enabled ?? true,
          least_loss_minor: leastMinor,
          pause_hours: hours,
          channels: [...channels],
          escalate_minutes: minutes,
          escalate_to: minutes === null ? [] : [...escalateTo],
        }
      : null;
  const chooseKind = (next: string) => {
    const chosen = kinds.find((each) => each.name === next) ?? kinds[0];
    setKindName(chosen.name);
    setFace(chosen.faces[0] ?? '');
    setLines([[firstLine(chosen)]]);
  };
  return {
    ...{ kind, face, lines, name, severity, least, pause, channels, wanted },
    ...{ leastMinor, hours, minutes, escalate, escalateTo, chooseKind },
    ...{ setFace, setLines, setName, setSeverity, setLeast, setPause, setChannels },
    ...{ setEscalate, setEscalateTo },
  };
}

export function RuleForm(props: Props) {
  const { rule, kinds, currency, onSaved } = props;
  const { t, said } = useWords();
  const why = useReason();
  const draft = useDraft(props);
  const [tried, setTried] = useState(false);
  const save = useSaveRule(rule);
  const preview = usePreview();
  // A preview is refused for the same reasons.
  const reason = (field: (typeof PLACED)[number]) =>
    reasonAt(save.error, field) ?? reasonAt(preview.error, field);
  const reasons = [reasonsOf(save.error), reasonsOf(preview.error)] as const;
  const isPlaced = (error: unknown) =>
    PLACED.some((field) => reasonAt(error, field)) || anyReason(reasonsOf(error), draft.lines);
  const unnamed = tried && draft.name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (draft.wanted?.name) save.mutate(draft.wanted, { onSuccess: onSaved });
  };
  const look = () => {
    setTried(true);
    if (draft.wanted) preview.mutate(draft.wanted);
  };
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Card title={t('rules.rule')}>
        <form noValidate onSubmit={submit} className="grid gap-4">
          {save.error && !isPlaced(save.error) && (
            <Banner tone="bad" alert>
              {why(save.error)}
            </Banner>
          )}
          <TextField
            label={t('users.name')}
            dir="auto"
            maxLength={100}
            value={draft.name}
            error={unnamed ? t('login.required') : reason('name')}
            onChange={(event) => draft.setName(event.target.value)}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <SelectField
              label={t('alerts.about')}
              value={draft.kind.name}
              disabled={rule !== null}
              options={kinds.map(({ name, title }) => ({
                value: name,
                label: said(`kind.${name}`, title),
              }))}
              onChange={draft.chooseKind}
            />
            {draft.kind.faces.length > 1 && (
              <SelectField
                label={t('rules.face')}
                value={draft.face}
                options={draft.kind.faces.map((face) => ({
                  value: face,
                  label: said(`face.${face}`, face),
                }))}
                onChange={draft.setFace}
              />
            )}
          </div>
          <Conditions
            lines={draft.lines}
            kind={draft.kind}
            currency={currency}
            tried={tried}
            reasonAt={(...at) => reasons[0](...at) ?? reasons[1](...at)}
            onChange={(lines) => {
              draft.setLines(lines);
              // Reasons name conditions by their places, which may be others now.
              save.reset();
              if (preview.error) preview.reset();
            }}
          />
          <div className="grid items-end gap-3 sm:grid-cols-3">
            <SelectField
              label={t('rules.severity')}
              value={draft.severity}
              options={SEVERITIES.map((value) => ({
                value,
                label: t(`alerts.severity.${value}`),
              }))}
              onChange={draft.setSeverity}
            />
            <TextField
              label={t('rules.least', { currency })}
              inputMode="decimal"
              value={draft.least}
              error={draft.leastMinor === null ? t('rules.value.bad') : reason('least_loss_minor')}
              onChange={(event) => draft.setLeast(event.target.value)}
            />
            <TextField
              label={t('rules.pause')}
              inputMode="numeric"
              value={draft.pause}
              error={draft.hours === null ? t('rules.value.bad') : reason('pause_hours')}
              onChange={(event) => draft.setPause(event.target.value)}
            />
          </div>
          <Told legend={t('rules.told')} chosen={draft.channels} onChange={draft.setChannels} />
          <Escalation
            minutes={draft.escalate}
            error={
              draft.minutes === undefined ? t('rules.escalate.bad') : reason('escalate_minutes')
            }
            onMinutes={draft.setEscalate}
            chosen={draft.escalateTo}
            onChange={draft.setEscalateTo}
          />
          <div className="flex justify-end">
            <Button type="submit" kind="primary" busy={save.isPending}>
              {t('action.save')}
            </Button>
          </div>
        </form>
      </Card>
      <PreviewCard
        preview={preview.data}
        busy={preview.isPending}
        error={isPlaced(preview.error) ? null : preview.error}
        onTry={look}
      />
    </div>
  );
}
