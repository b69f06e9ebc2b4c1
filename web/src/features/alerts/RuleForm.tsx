'use client';

import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/problem';
import { amountOf, minorOf } from '@/i18n/amount';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CheckField } from '@/ui/Choice';
import { SelectField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { Conditions } from './Conditions';
import { firstLine, linesOf, SEVERITIES, whenOf } from './draft';
import { PreviewCard } from './PreviewCard';
import { useChannels } from './useChannels';
import { type Kind, type Rule, usePreview, useSaveRule, type Wanted } from './useRules';

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
  const leastMinor = minorOf(least, currency);
  const hours = /^\d{1,3}$/.test(pause.trim()) ? Number(pause) : null;
  const when = whenOf(lines, kind, currency);
  const wanted: Wanted | null =
    when && leastMinor !== null && hours !== null
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
    ...{ leastMinor, hours, chooseKind },
    ...{ setFace, setLines, setName, setSeverity, setLeast, setPause, setChannels },
  };
}

function Told({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (c: string[]) => void;
}) {
  const { t } = useWords();
  const channels = useChannels().data?.items ?? [];
  return (
    <fieldset>
      <legend className="font-medium text-sm">{t('rules.told')}</legend>
      {channels.length === 0 && <p className="text-ink-2 text-sm">{t('rules.told.none')}</p>}
      <div className="flex flex-wrap gap-x-4">
        {channels.map(({ id, name }) => (
          <CheckField
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={() =>
              onChange(chosen.includes(id) ? chosen.filter((c) => c !== id) : [...chosen, id])
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

export function RuleForm(props: Props) {
  const { rule, kinds, currency, onSaved } = props;
  const { t, said } = useWords();
  const why = useReason();
  const draft = useDraft(props);
  const [tried, setTried] = useState(false);
  const save = useSaveRule(rule);
  const preview = usePreview();
  const refused = save.error instanceof ApiError ? save.error : null;
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
          {save.error && !refused?.reasonFor('name') && (
            <Banner tone="bad" alert>
              {why(save.error)}
            </Banner>
          )}
          <TextField
            label={t('users.name')}
            dir="auto"
            maxLength={100}
            value={draft.name}
            error={unnamed ? t('login.required') : refused?.reasonFor('name')}
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
            onChange={draft.setLines}
          />
          <div className="grid items-start gap-3 sm:grid-cols-3">
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
              error={draft.leastMinor === null ? t('rules.value.bad') : undefined}
              onChange={(event) => draft.setLeast(event.target.value)}
            />
            <TextField
              label={t('rules.pause')}
              inputMode="numeric"
              value={draft.pause}
              error={draft.hours === null ? t('rules.value.bad') : undefined}
              onChange={(event) => draft.setPause(event.target.value)}
            />
          </div>
          <Told chosen={draft.channels} onChange={draft.setChannels} />
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
        error={preview.error}
        onTry={look}
      />
    </div>
  );
}
