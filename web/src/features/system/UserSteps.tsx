'use client';

import { useState } from 'react';
import type { Member } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { ChangeForm } from './UserForms';
import { useChangeMember, useDropSecondFactor, useResetPassword } from './useMembers';

type Step = 'password' | 'factor' | 'state';

interface Props {
  user: Member;
  onSecret: (secret: string) => void;
}

/** What can be done about a user; what ends sessions or locks somebody out asks first. */
export function UserSteps({ user, onSecret }: Props) {
  const { t } = useWords();
  const [changing, setChanging] = useState(false);
  const [asked, setAsked] = useState<Step | null>(null);
  const change = useChangeMember(user);
  const password = useResetPassword(user.id);
  const factor = useDropSecondFactor(user.id);
  const disabling = user.state === 'active';
  const words = {
    password: { label: t('users.reset'), text: t('users.reset.text') },
    factor: { label: t('users.factor'), text: t('users.factor.text') },
    state: disabling
      ? { label: t('users.disable'), text: t('users.disable.text') }
      : { label: t('users.enable'), text: t('users.enable.text') },
  };
  const close = () => {
    setAsked(null);
    for (const step of [change, password, factor]) step.reset();
  };
  const run = {
    password: () =>
      password.mutate(undefined, {
        onSuccess: (made) => {
          close();
          onSecret(made.one_time_password);
        },
      }),
    factor: () => factor.mutate(undefined, { onSuccess: close }),
    state: () => change.mutate({ state: disabling ? 'disabled' : 'active' }, { onSuccess: close }),
  };
  const steps: Step[] = ['password', 'factor', 'state'];
  return (
    <>
      <div className="flex flex-wrap gap-1">
        <Button
          small
          aria-label={`${t('users.change')}: ${user.name}`}
          onClick={() => setChanging(true)}
        >
          {t('users.change')}
        </Button>
        {steps.map((step) => (
          <Button
            key={step}
            small
            kind="quiet"
            aria-label={`${words[step].label}: ${user.name}`}
            onClick={() => setAsked(step)}
          >
            {words[step].label}
          </Button>
        ))}
      </div>
      <Dialog title={t('users.change')} open={changing} onClose={() => setChanging(false)}>
        <ChangeForm user={user} onClose={() => setChanging(false)} />
      </Dialog>
      <Ask
        title={asked ? words[asked].label : ''}
        text={
          <>
            <p className="font-medium">
              <bdi>{user.name}</bdi> · <bdi dir="ltr">{user.email}</bdi>
            </p>
            <p className="mt-1 text-ink-2">{asked && words[asked].text}</p>
          </>
        }
        confirm={asked ? words[asked].label : ''}
        open={asked !== null}
        busy={change.isPending || password.isPending || factor.isPending}
        error={change.error ?? password.error ?? factor.error}
        onConfirm={() => asked && run[asked]()}
        onClose={close}
      />
    </>
  );
}
