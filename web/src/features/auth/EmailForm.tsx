'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { missing } from './checks';
import { askForAddress } from './useAccount';
import { useForm } from './useForm';

/** Closed until it is wanted, so that one field for the password is on the page at a time. */
export function EmailCard() {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  if (open) return <EmailForm />;
  return (
    <div>
      <Button onClick={() => setOpen(true)}>{t('account.email.open')}</Button>
    </div>
  );
}

/** Asks for another address to sign in with, which the mail that follows confirms. */
function EmailForm() {
  const { t } = useWords();
  const why = useReason();
  const [sent, setSent] = useState<string | null>(null);
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'email', 'password'),
    async (values) => {
      setSent(null);
      const email = String(values.get('email')).trim();
      await askForAddress(email, String(values.get('password')));
      setSent(email);
    },
  );
  return (
    <form key={sent} noValidate onSubmit={onSubmit} className="grid gap-3">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {sent && (
        <Banner tone="good" alert>
          {t('account.email.sent', { email: sent })}
        </Banner>
      )}
      <TextField
        label={t('account.email.new')}
        name="email"
        type="email"
        autoComplete="email"
        dir="ltr"
        required
        error={message('email')}
      />
      <PasswordField
        label={t('account.password.now')}
        name="password"
        autoComplete="current-password"
        dir="ltr"
        required
        error={message('password')}
        show={t('login.show')}
        hide={t('login.hide')}
      />
      <div>
        <Button type="submit" busy={busy}>
          {t('account.email.submit')}
        </Button>
      </div>
    </form>
  );
}
