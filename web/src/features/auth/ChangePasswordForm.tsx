'use client';

import { changePassword } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { checkTwice, missing } from './checks';
import { NewPasswordFields } from './NewPasswordFields';
import { type FieldKeys, useForm } from './useForm';

function check(values: FormData): FieldKeys {
  const typed = values.has('current_password') ? missing(values, 'current_password') : {};
  return { ...typed, ...checkTwice(values) };
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
          dir="ltr"
          required
          show={t('login.show')}
          hide={t('login.hide')}
          label={t('login.password')}
          name="current_password"
          autoComplete="current-password"
          error={message('current_password')}
        />
      )}
      <NewPasswordFields message={message} />
      <Button type="submit" kind="primary" busy={busy}>
        {t('login.change.submit')}
      </Button>
    </form>
  );
}
