'use client';

import { changePassword } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { type FieldKeys, useForm } from './useForm';

const SHORTEST = 10;

function check(values: FormData): FieldKeys {
  const findings: Record<string, FieldKeys[string]> = {};
  for (const [field, value] of values) if (!value) findings[field] = 'login.required';
  const length = String(values.get('new_password')).length;
  if (length > 0 && length < SHORTEST) findings.new_password = 'login.change.short';
  const differ = values.get('new_password') !== values.get('repeat');
  if (!findings.repeat && differ) findings.repeat = 'login.change.differ';
  return findings;
}

/** `oneTime` is null after a reload: it must then be typed again. */
export function ChangePasswordForm({ oneTime, email }: { oneTime: string | null; email: string }) {
  const { t } = useWords();
  const why = useReason();
  const { busy, general, onSubmit, message } = useForm(check, (values) =>
    changePassword(
      oneTime ?? String(values.get('current_password')),
      String(values.get('new_password')),
    ),
  );
  const shared = {
    dir: 'ltr',
    required: true,
    show: t('login.show'),
    hide: t('login.hide'),
  } as const;
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <PageTitle title={t('login.change.title')} />
      <p className="-mt-4 text-ink-2 text-sm">{t('login.change.text')}</p>
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {/* Tells password managers whose password this is. */}
      <input name="username" autoComplete="username" value={email} readOnly hidden />
      {oneTime === null && (
        <PasswordField
          {...shared}
          label={t('login.password')}
          name="current_password"
          autoComplete="current-password"
          error={message('current_password')}
        />
      )}
      <PasswordField
        {...shared}
        label={t('login.change.new')}
        name="new_password"
        autoComplete="new-password"
        error={message('new_password')}
      />
      <PasswordField
        {...shared}
        label={t('login.change.repeat')}
        name="repeat"
        autoComplete="new-password"
        error={message('repeat')}
      />
      <Button type="submit" kind="primary" busy={busy}>
        {t('login.change.submit')}
      </Button>
    </form>
  );
}
