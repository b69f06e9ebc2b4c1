'use client';

import { useState } from 'react';
import { useForm } from '@/features/auth/useForm';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { check, Ends, RoleField } from './UserForms';
import { INVITED_ROLES, type InvitedRole, useInvite } from './useInvitations';

interface Props {
  onInvited: (email: string) => void;
}

function InviteForm({ onInvited, onClose }: Props & { onClose: () => void }) {
  const { t } = useWords();
  const why = useReason();
  const [role, setRole] = useState<InvitedRole>('manager');
  const invite = useInvite();
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const made = await invite.mutateAsync({
      email: String(values.get('email')).trim(),
      name: String(values.get('name')).trim(),
      role,
    });
    onInvited(made.email);
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      <p className="text-ink-2 text-sm">{t('invite.text')}</p>
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField label={t('users.name')} name="name" dir="auto" error={message('name')} />
      <TextField
        label={t('login.email')}
        name="email"
        type="email"
        dir="ltr"
        error={message('email')}
      />
      <RoleField role={role} roles={INVITED_ROLES} onChange={setRole} />
      <Ends label={t('invite.submit')} busy={busy} onClose={onClose} />
    </form>
  );
}

/** Asks somebody to join by mail, so that nobody else ever knows the password. */
export function InviteUser({ onInvited }: Props) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button kind="primary" onClick={() => setOpen(true)}>
        {t('invite.title')}
      </Button>
      <Dialog title={t('invite.title')} open={open} onClose={close}>
        <InviteForm
          onClose={close}
          onInvited={(email) => {
            close();
            onInvited(email);
          }}
        />
      </Dialog>
    </>
  );
}
