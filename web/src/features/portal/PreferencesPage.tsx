'use client';

import { useState } from 'react';
import type { Preferences } from '@/api/types';
import { useForm } from '@/features/auth/useForm';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CheckField } from '@/ui/Choice';
import { TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { ErrorState, Loading, useReason } from '@/ui/states';
import { Mine } from './Mine';
import { useChangePreferences, usePreferences } from './usePrivacy';

const CONSENTS = ['email_marketing', 'sms_marketing', 'personalisation'] as const;

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
          personalisation: values.has('personalisation'),
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
      <div>
        <Button type="submit" kind="primary" busy={busy}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  );
}
