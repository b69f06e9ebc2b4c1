'use client';

import { useState } from 'react';
import { sendOpen } from '@/api/open';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { ConfirmForm } from './ConfirmPage';
import { missing, SHORTEST } from './checks';
import { Door } from './Door';
import { type FieldKeys, useForm } from './useForm';

function check(values: FormData): FieldKeys {
  const findings = missing(values, 'email', 'name', 'password');
  const length = String(values.get('password')).length;
  if (length > 0 && length < SHORTEST) findings.password = 'login.change.short';
  return findings;
}

/** Asks, and then takes the code that was mailed, without the password a second time. */
export function RegisterPage() {
  const { t } = useWords();
  const [asked, setAsked] = useState<{ email: string; password: string } | null>(null);
  return (
    <Door>
      {asked ? (
        <div className="grid gap-4">
          <PageTitle title={t('access.confirm.title')} />
          <Banner tone="good" alert>
            {t('access.register.sent', { email: asked.email })}
          </Banner>
          <ConfirmForm known={asked} />
        </div>
      ) : (
        <RegisterForm onAsked={setAsked} />
      )}
    </Door>
  );
}

function RegisterForm({ onAsked }: { onAsked(by: { email: string; password: string }): void }) {
  const { t } = useWords();
  const why = useReason();
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const email = String(values.get('email')).trim();
    const password = String(values.get('password'));
    await sendOpen('/v1/auth/register', { email, password, name: String(values.get('name')) });
    onAsked({ email, password });
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <PageTitle title={t('access.register.title')} />
      <p className="-mt-4 text-ink-2 text-sm">{t('access.register.text')}</p>
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField
        label={t('access.name')}
        name="name"
        autoComplete="name"
        dir="auto"
        required
        error={message('name')}
      />
      <TextField
        label={t('login.email')}
        name="email"
        type="email"
        autoComplete="username"
        dir="ltr"
        required
        error={message('email')}
      />
      <PasswordField
        label={t('login.password')}
        name="password"
        autoComplete="new-password"
        dir="ltr"
        required
        error={message('password')}
        show={t('login.show')}
        hide={t('login.hide')}
      />
      <Button type="submit" kind="primary" busy={busy}>
        {t('access.register.submit')}
      </Button>
      <p className="flex flex-wrap justify-between gap-x-4 gap-y-1 text-sm">
        <AppLink href="/confirm/">{t('access.haveCode')}</AppLink>
        <AppLink href="/login/">{t('access.toLogin')}</AppLink>
      </p>
    </form>
  );
}
