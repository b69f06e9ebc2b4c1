'use client';

import { useState } from 'react';
import { sendOpen } from '@/api/open';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { missing } from './checks';
import { Door } from './Door';
import { useForm } from './useForm';

/** Whether the address is known is not told: the answer is the same. */
export function ForgotPage() {
  const { t } = useWords();
  const why = useReason();
  const [sent, setSent] = useState<string | null>(null);
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'email'),
    async (values) => {
      const email = String(values.get('email')).trim();
      await sendOpen('/v1/auth/password/forgot', { email });
      setSent(email);
    },
  );
  return (
    <Door>
      <form noValidate onSubmit={onSubmit} className="grid gap-4">
        <PageTitle title={t('access.forgot.title')} />
        <p className="-mt-4 text-ink-2 text-sm">{t('access.forgot.text')}</p>
        {general !== null && (
          <Banner tone="bad" alert>
            {why(general)}
          </Banner>
        )}
        {sent && (
          <Banner tone="good" alert>
            {t('access.forgot.sent', { email: sent })}
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
        <Button type="submit" kind={sent ? 'plain' : 'primary'} busy={busy}>
          {t(sent ? 'access.again' : 'access.forgot.submit')}
        </Button>
        <p className="flex flex-wrap justify-between gap-x-4 gap-y-1 text-sm">
          <AppLink href="/reset-password/">{t('access.haveCode')}</AppLink>
          <AppLink href="/login/">{t('access.toLogin')}</AppLink>
        </p>
      </form>
    </Door>
  );
}
