'use client';

import { login } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { type FieldKeys, useForm } from './useForm';

function check(values: FormData): FieldKeys {
  const findings: Record<string, FieldKeys[string]> = {};
  for (const field of ['email', 'password']) {
    if (!values.get(field)) findings[field] = 'login.required';
  }
  return findings;
}

interface Props {
  /** Is told the password, which a forced change needs once more. */
  onSignedIn(password: string): void;
  waiting: boolean;
}

export function LoginForm({ onSignedIn, waiting }: Props) {
  const { t } = useWords();
  const why = useReason();
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const password = String(values.get('password'));
    // Before the session opens: then this form gives way to the next.
    onSignedIn(password);
    await login(String(values.get('email')).trim(), password);
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <PageTitle title={t('login.title')} />
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
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
        autoComplete="current-password"
        dir="ltr"
        required
        error={message('password')}
        show={t('login.show')}
        hide={t('login.hide')}
      />
      <Button type="submit" kind="primary" busy={busy || waiting}>
        {t('login.submit')}
      </Button>
      <p className="text-ink-2 text-sm">{t('login.hint')}</p>
    </form>
  );
}
