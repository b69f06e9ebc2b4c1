'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { sendOpen } from '@/api/open';
import { login } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { CodeField } from './CodeField';
import { missing } from './checks';
import { Door } from './Door';
import { useForm } from './useForm';
import { useMailedCode } from './useMailedCode';

/** For who comes back from the mail later, or in another browser. */
export function ConfirmPage() {
  const { t } = useWords();
  const code = useMailedCode();
  return (
    <Door>
      <div className="grid gap-4">
        <PageTitle title={t('access.confirm.title')} />
        <p className="-mt-4 text-ink-2 text-sm">{t('access.confirm.text')}</p>
        <ConfirmForm known={null} code={code} />
      </div>
    </Door>
  );
}

/** With `known` it signs in at once; else the sign-in page comes next. */
export function ConfirmForm({
  known,
  code = '',
}: {
  known: { email: string; password: string } | null;
  code?: string;
}) {
  const { t } = useWords();
  const why = useReason();
  const router = useRouter();
  const [done, setDone] = useState(false);
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'token', ...(known ? [] : ['password'])),
    async (values) => {
      const password = known?.password ?? String(values.get('password'));
      const token = String(values.get('token')).trim();
      await sendOpen('/v1/auth/register/confirm', { token, password });
      if (!known) {
        setDone(true);
        return;
      }
      await login(known.email, password);
      router.replace('/my/');
    },
  );
  if (done) {
    return (
      <>
        <Banner tone="good" alert>
          {t('access.confirm.done')}
        </Banner>
        <AppLink href="/login/">{t('access.toLogin')}</AppLink>
      </>
    );
  }
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <CodeField code={code} error={message('token')} />
      {!known && (
        <PasswordField
          label={t('access.chosen')}
          name="password"
          autoComplete="current-password"
          dir="ltr"
          required
          error={message('password')}
          show={t('login.show')}
          hide={t('login.hide')}
        />
      )}
      <Button type="submit" kind="primary" busy={busy}>
        {t('access.confirm.submit')}
      </Button>
      <p className="text-sm">
        <AppLink href="/register/">{t('access.noCode')}</AppLink>
      </p>
    </form>
  );
}
