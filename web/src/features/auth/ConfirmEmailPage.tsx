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
import { missing } from './checks';
import { Door } from './Door';
import { useForm } from './useForm';
import { useMailedCode } from './useMailedCode';

/** Where the mail to a new address leads. A step by hand, since readers of mail open links too. */
export function ConfirmEmailPage() {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  return (
    <Door>
      <div className="grid gap-4">
        <PageTitle title={t('access.email.title')} />
        {done ? (
          <>
            <Banner tone="good" alert>
              {t('access.email.done')}
            </Banner>
            <AppLink href="/login/">{t('access.on')}</AppLink>
          </>
        ) : (
          <ConfirmEmailForm onDone={() => setDone(true)} />
        )}
      </div>
    </Door>
  );
}

function ConfirmEmailForm({ onDone }: { onDone(): void }) {
  const { t } = useWords();
  const why = useReason();
  const code = useMailedCode();
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'token'),
    async (values) => {
      await sendOpen('/v1/auth/email/confirm', { token: String(values.get('token')).trim() });
      onDone();
    },
  );
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <p className="-mt-4 text-ink-2 text-sm">{t('access.email.text')}</p>
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <CodeField code={code} error={message('token')} />
      <Button type="submit" kind="primary" busy={busy}>
        {t('access.confirm.submit')}
      </Button>
    </form>
  );
}
