'use client';

import { useState } from 'react';
import { changePassword } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { checkTwice, missing } from './checks';
import { NewPasswordFields } from './NewPasswordFields';
import { useRename } from './useAccount';
import { useForm } from './useForm';

export function NameForm({ name }: { name: string }) {
  const { t } = useWords();
  const why = useReason();
  const rename = useRename();
  const [saved, setSaved] = useState(false);
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'name'),
    async (values) => {
      setSaved(false);
      await rename.mutateAsync(String(values.get('name')));
      setSaved(true);
    },
  );
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-3">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {saved && (
        <Banner tone="good" alert>
          {t('account.saved')}
        </Banner>
      )}
      <TextField
        label={t('access.name')}
        name="name"
        autoComplete="name"
        dir="auto"
        required
        defaultValue={name}
        error={message('name')}
      />
      <div>
        <Button type="submit" busy={busy}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  );
}

export function PasswordForm({ email }: { email: string }) {
  const { t } = useWords();
  const why = useReason();
  // Another key makes the form anew, so that no password stays in it.
  const [turn, setTurn] = useState(0);
  const { busy, general, onSubmit, message } = useForm(
    (values) => ({ ...missing(values, 'current_password'), ...checkTwice(values) }),
    async (values) => {
      await changePassword(
        String(values.get('current_password')),
        String(values.get('new_password')),
      );
      setTurn(turn + 1);
    },
  );
  return (
    <form key={turn} noValidate onSubmit={onSubmit} className="grid gap-3">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {turn > 0 && (
        <Banner tone="good" alert>
          {t('account.password.done')}
        </Banner>
      )}
      <input name="username" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label={t('account.password.now')}
        name="current_password"
        autoComplete="current-password"
        dir="ltr"
        required
        error={message('current_password')}
        show={t('login.show')}
        hide={t('login.hide')}
      />
      <NewPasswordFields message={message} />
      <div>
        <Button type="submit" busy={busy}>
          {t('account.password.submit')}
        </Button>
      </div>
    </form>
  );
}
