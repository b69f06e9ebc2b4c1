'use client';

import { useState } from 'react';
import { sendOpen } from '@/api/open';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { CodeField } from './CodeField';
import { checkTwice, missing } from './checks';
import { Door } from './Door';
import { NewPasswordFields } from './NewPasswordFields';
import { useForm } from './useForm';
import { useMailedCode } from './useMailedCode';

export function ResetPage() {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  return (
    <Door>
      <div className="grid gap-4">
        <PageTitle title={t('access.reset.title')} />
        {done ? (
          <>
            <Banner tone="good" alert>
              {t('access.reset.done')}
            </Banner>
            <AppLink href="/login/">{t('access.toLogin')}</AppLink>
          </>
        ) : (
          <ResetForm onDone={() => setDone(true)} />
        )}
      </div>
    </Door>
  );
}

function ResetForm({ onDone }: { onDone(): void }) {
  const { t } = useWords();
  const why = useReason();
  const code = useMailedCode();
  const { busy, general, onSubmit, message } = useForm(
    (values) => ({ ...missing(values, 'token'), ...checkTwice(values) }),
    async (values) => {
      await sendOpen('/v1/auth/password/reset', {
        token: String(values.get('token')).trim(),
        new_password: String(values.get('new_password')),
      });
      onDone();
    },
  );
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <p className="-mt-4 text-ink-2 text-sm">{t('access.reset.text')}</p>
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <CodeField code={code} error={message('token')} />
      <NewPasswordFields message={message} />
      <Button type="submit" kind="primary" busy={busy}>
        {t('access.reset.submit')}
      </Button>
      <p className="text-sm">
        <AppLink href="/forgot-password/">{t('access.noCode')}</AppLink>
      </p>
    </form>
  );
}
