'use client';

import { useState } from 'react';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { usePermissions } from '@/features/auth/usePermissions';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { CheckField } from '@/ui/Choice';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { useMakeKey } from './useKeys';

/** What the API gives to people only, never to a key. */
const IN_PERSON = ['users:write', 'api-keys:write'];

function check(values: FormData): FieldKeys {
  const findings: Record<string, FieldKeys[string]> = {};
  if (!String(values.get('name')).trim()) findings.name = 'login.required';
  const days = Number(values.get('expires_in_days'));
  if (!(Number.isInteger(days) && days >= 1 && days <= 365)) {
    findings.expires_in_days = 'keys.days.bad';
  }
  return findings;
}

interface ChoiceProps {
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

function Permissions({ chosen, onChange }: ChoiceProps) {
  const { t } = useWords();
  const all = usePermissions().filter((name) => !IN_PERSON.includes(name));
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium text-sm">{t('keys.permissions')}</legend>
      <div className="flex flex-wrap gap-2">
        <Button
          small
          onClick={() => onChange(new Set(all.filter((name) => name.endsWith(':read'))))}
        >
          {t('keys.reading')}
        </Button>
        <Button small kind="quiet" onClick={() => onChange(new Set())}>
          {t('keys.clear')}
        </Button>
      </div>
      <div className="grid max-h-56 overflow-y-auto rounded-control border border-line px-3 py-1 sm:grid-cols-2">
        {all.map((name) => (
          <CheckField
            key={name}
            label={name}
            dir="ltr"
            checked={chosen.has(name)}
            onChange={() => toggle(name)}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** A key for another program: a name, an end, and some of one's own permissions. */
export function KeyForm({
  onMade,
  onClose,
}: {
  onMade: (key: string) => void;
  onClose: () => void;
}) {
  const { t } = useWords();
  const why = useReason();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const make = useMakeKey();
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const made = await make.mutateAsync({
      name: String(values.get('name')).trim(),
      permissions: [...chosen],
      expires_in_days: Number(values.get('expires_in_days')),
    });
    onMade(made.key);
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField
        label={t('keys.name')}
        hint={t('keys.name.hint')}
        name="name"
        dir="auto"
        error={message('name')}
      />
      <TextField
        label={t('keys.days')}
        name="expires_in_days"
        inputMode="numeric"
        defaultValue={90}
        error={message('expires_in_days')}
      />
      <Permissions chosen={chosen} onChange={setChosen} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" kind="primary" busy={busy} disabled={chosen.size === 0}>
          {t('keys.make')}
        </Button>
      </div>
    </form>
  );
}
