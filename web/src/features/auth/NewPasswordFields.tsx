'use client';

import { useWords } from '@/i18n/locale';
import { PasswordField } from '@/ui/Field';

/** A password to come, twice. */
export function NewPasswordFields({ message }: { message(field: string): string | undefined }) {
  const { t } = useWords();
  const shared = {
    dir: 'ltr',
    required: true,
    autoComplete: 'new-password',
    show: t('login.show'),
    hide: t('login.hide'),
  } as const;
  return (
    <>
      <PasswordField
        {...shared}
        label={t('login.change.new')}
        name="new_password"
        error={message('new_password')}
      />
      <PasswordField
        {...shared}
        label={t('login.change.repeat')}
        name="repeat"
        error={message('repeat')}
      />
    </>
  );
}
