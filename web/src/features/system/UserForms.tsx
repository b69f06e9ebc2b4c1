'use client';

import { useState } from 'react';
import type { Member } from '@/api/types';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { SelectField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { ROLES, type Role, useAddMember, useChangeMember } from './useMembers';

export function check(values: FormData): FieldKeys {
  const findings: Record<string, FieldKeys[string]> = {};
  for (const [field, value] of values) {
    if (!String(value).trim()) findings[field] = 'login.required';
  }
  return findings;
}

export function RoleField<R extends Role>({
  role,
  roles,
  onChange,
}: {
  role: R;
  roles: readonly R[];
  onChange: (role: R) => void;
}) {
  const { t } = useWords();
  return (
    <div className="grid gap-1">
      <SelectField
        label={t('users.role')}
        value={role}
        options={roles.map((value) => ({ value, label: t(`users.role.${value}`) }))}
        onChange={onChange}
      />
      <p className="text-ink-2 text-sm">{t(`users.role.${role}.text`)}</p>
    </div>
  );
}

export function Ends({
  label,
  busy,
  onClose,
}: {
  label: string;
  busy: boolean;
  onClose: () => void;
}) {
  const { t } = useWords();
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button kind="quiet" onClick={onClose}>
        {t('action.cancel')}
      </Button>
      <Button type="submit" kind="primary" busy={busy}>
        {label}
      </Button>
    </div>
  );
}

function AddForm({ onAdded, onClose }: { onAdded: (secret: string) => void; onClose: () => void }) {
  const { t } = useWords();
  const why = useReason();
  const [role, setRole] = useState<Role>('manager');
  const add = useAddMember();
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const made = await add.mutateAsync({
      email: String(values.get('email')).trim(),
      name: String(values.get('name')).trim(),
      role,
    });
    onAdded(made.one_time_password);
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
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
      <RoleField role={role} roles={ROLES} onChange={setRole} />
      <Ends label={t('users.add')} busy={busy} onClose={onClose} />
    </form>
  );
}

export function AddUser({ onAdded }: { onAdded: (secret: string) => void }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('users.add')}</Button>
      <Dialog title={t('users.add')} open={open} onClose={close}>
        <AddForm
          onClose={close}
          onAdded={(secret) => {
            close();
            onAdded(secret);
          }}
        />
      </Dialog>
    </>
  );
}

/** Name and role of one user. */
export function ChangeForm({ user, onClose }: { user: Member; onClose: () => void }) {
  const { t } = useWords();
  const why = useReason();
  const [role, setRole] = useState<Role>(user.role);
  const change = useChangeMember(user);
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    await change.mutateAsync({ name: String(values.get('name')).trim(), role });
    onClose();
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField
        label={t('users.name')}
        name="name"
        dir="auto"
        defaultValue={user.name}
        error={message('name')}
      />
      <RoleField role={role} roles={ROLES} onChange={setRole} />
      <Ends label={t('action.save')} busy={busy} onClose={onClose} />
    </form>
  );
}
