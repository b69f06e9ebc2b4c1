'use client';

import { useState } from 'react';
import type { Preferences } from '@/api/types';
import { useForm } from '@/features/auth/useForm';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CheckField } from '@/ui/Choice';
import { SelectField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { ErrorState, Loading, useReason } from '@/ui/states';
import { Mine } from './Mine';
import { useChangePreferences, usePreferences } from './usePrivacy';

const CONSENTS = ['email_marketing', 'sms_marketing'] as const;
const CHOSEN = ['open', 'yes', 'no'] as const;
type Chosen = (typeof CHOSEN)[number];

function chosenOf(consent: Preferences['consent']): Chosen {
  if (consent.refuses_personalisation) return 'no';
  return consent.personalisation ? 'yes' : 'open';
}

export function PreferencesPage() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('prefs.title')} />
      <Mine>{(id) => <Loaded id={id} />}</Mine>
    </>
  );
}

function Loaded({ id }: { id: string }) {
  const { data, error, refetch } = usePreferences(id);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  return <PreferencesForm id={id} held={data} />;
}

function PreferencesForm({ id, held }: { id: string; held: Preferences }) {
  const { t } = useWords();
  const why = useReason();
  const change = useChangePreferences(id);
  const [saved, setSaved] = useState(false);
  const [chosen, setChosen] = useState(chosenOf(held.consent));
  const { busy, general, onSubmit, message } = useForm(
    (values): Record<string, 'login.required'> =>
      values.get('name') ? {} : { name: 'login.required' },
    async (values) => {
      setSaved(false);
      const phone = String(values.get('phone')).trim();
      await change.mutateAsync({
        version: held.version,
        name: String(values.get('name')),
        phone: phone || null,
        consent: {
          email_marketing: values.has('email_marketing'),
          sms_marketing: values.has('sms_marketing'),
          personalisation: chosen === 'yes',
          refuses_personalisation: chosen === 'no',
        },
      });
      setSaved(true);
    },
  );
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {saved && (
        <Banner tone="good" alert>
          {t('prefs.saved')}
        </Banner>
      )}
      <Card title={t('prefs.contact')}>
        <div className="grid gap-3 sm:max-w-sm">
          <TextField
            label={t('access.name')}
            name="name"
            autoComplete="name"
            dir="auto"
            required
            defaultValue={held.name}
            error={message('name')}
          />
          <TextField
            label={t('prefs.phone')}
            name="phone"
            type="tel"
            autoComplete="tel"
            dir="ltr"
            defaultValue={held.phone ?? ''}
            error={message('phone')}
          />
          {held.email && (
            <p className="text-sm">
              <span className="text-ink-2">{t('prefs.email')}: </span>
              <bdi dir="ltr" className="break-all">
                {held.email}
              </bdi>
            </p>
          )}
        </div>
      </Card>
      <Card title={t('prefs.consent')} text={t('prefs.consent.text')}>
        <div className="grid gap-1">
          {CONSENTS.map((name) => (
            <CheckField
              key={name}
              name={name}
              label={t(`prefs.consent.${name}`)}
              defaultChecked={held.consent[name] ?? false}
            />
          ))}
        </div>
      </Card>
      <Card title={t('prefs.chosen')} text={t('prefs.chosen.text')}>
        <div className="grid gap-2 sm:max-w-sm">
          <SelectField
            label={t('prefs.chosen.label')}
            value={chosen}
            options={CHOSEN.map((value) => ({ value, label: t(`prefs.chosen.${value}`) }))}
            onChange={setChosen}
          />
          <p className="text-ink-2 text-sm">
            {t(held.personalised ? 'prefs.chosen.on' : 'prefs.chosen.off')}
          </p>
        </div>
      </Card>
      <div>
        <Button type="submit" kind="primary" busy={busy}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  );
}
