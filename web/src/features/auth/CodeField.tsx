'use client';

import { useWords } from '@/i18n/locale';
import { TextField } from '@/ui/Field';

/** The code of a mail; filled in where the mail's link was followed. */
export function CodeField({ code, error }: { code: string; error: string | undefined }) {
  const { t } = useWords();
  return (
    <TextField
      key={code}
      label={t('access.mailed')}
      name="token"
      autoComplete="off"
      dir="ltr"
      required
      defaultValue={code}
      error={error}
    />
  );
}
