'use client';

import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { login, loginElsewhere } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { oneOf } from '@/shell/url';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { missing } from './checks';
import { useForm } from './useForm';
import { useOffered } from './useOffered';

interface Known {
  readonly email: string;
  readonly password: string;
}

interface Props {
  /** Is told the password, which a forced change needs once more. */
  onSignedIn(password: string): void;
  /** Who has a second factor is asked for it next. */
  onCode(known: Known): void;
  waiting: boolean;
  /** Why the provider's sign-in came to nothing, if it did. */
  refused: string | null;
}

/** What the API may say of it; the first stands for whatever is not among them. */
const REFUSALS = [
  'provider',
  'denied',
  'over',
  'unknown',
  'unverified',
  'disabled',
  'busy',
  'none',
] as const;

function needsCode(error: unknown): boolean {
  return error instanceof ApiError && error.kind === 'second-factor-required';
}

export function LoginForm({ onSignedIn, onCode, waiting, refused }: Props) {
  const { t } = useWords();
  const why = useReason();
  const offered = useOffered();
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'email', 'password'),
    async (values) => {
      const password = String(values.get('password'));
      const email = String(values.get('email')).trim();
      // Before the session opens: then this form gives way to the next.
      onSignedIn(password);
      try {
        await login(email, password);
      } catch (error) {
        if (!needsCode(error)) throw error;
        onCode({ email, password });
      }
    },
  );
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <PageTitle title={t('login.title')} />
      {refused !== null && general === null && (
        <Banner tone="warn" alert>
          {t(`access.refused.${oneOf(refused, REFUSALS)}`)}
        </Banner>
      )}
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
      {offered && <Button onClick={loginElsewhere}>{t('access.provider')}</Button>}
      <p className="flex flex-wrap justify-between gap-x-4 gap-y-1 text-sm">
        <AppLink href="/forgot-password/">{t('access.forgot')}</AppLink>
        <AppLink href="/register/">{t('access.register')}</AppLink>
      </p>
      <p className="text-ink-2 text-sm">{t('login.hint')}</p>
    </form>
  );
}

/** The second step of signing in. A code that was wrong can be typed again. */
export function CodeForm({ known, onBack }: { known: Known; onBack(): void }) {
  const { t } = useWords();
  const why = useReason();
  const [refused, setRefused] = useState<unknown>(null);
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'code'),
    async (values) => {
      setRefused(null);
      try {
        await login(known.email, known.password, String(values.get('code')).trim());
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) setRefused(error);
        else throw error;
      }
    },
  );
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <PageTitle title={t('access.code.title')} />
      <p className="-mt-4 text-ink-2 text-sm">{t('access.code.text')}</p>
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField
        label={t('access.code')}
        name="code"
        inputMode="text"
        autoComplete="one-time-code"
        dir="ltr"
        required
        autoFocus
        error={message('code') ?? (refused ? t('access.code.wrong') : undefined)}
      />
      <Button type="submit" kind="primary" busy={busy}>
        {t('login.submit')}
      </Button>
      <Button kind="quiet" onClick={onBack}>
        {t('access.back')}
      </Button>
    </form>
  );
}
