'use client';

import { type FormEvent, type ReactNode, useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PasswordField, TextField } from '@/ui/Field';
import { QrCode } from '@/ui/QrCode';
import { useReason } from '@/ui/states';
import { missing } from './checks';
import { disable, enrol, verify } from './useAccount';
import { useForm } from './useForm';

function Step({
  onSubmit,
  general,
  busy,
  submit,
  onCancel,
  children,
}: {
  onSubmit(event: FormEvent<HTMLFormElement>): Promise<void>;
  general: unknown;
  busy: boolean;
  submit: string;
  onCancel(): void;
  children: ReactNode;
}) {
  const { t } = useWords();
  const why = useReason();
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-3">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {children}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={busy}>
          {submit}
        </Button>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

function OwnPassword({ error }: { error: string | undefined }) {
  const { t } = useWords();
  return (
    <PasswordField
      label={t('account.password.now')}
      name="password"
      autoComplete="current-password"
      dir="ltr"
      required
      error={error}
      show={t('login.show')}
      hide={t('login.hide')}
    />
  );
}

function CodeField({ label, error }: { label: string; error: string | undefined }) {
  return (
    <TextField
      label={label}
      name="code"
      autoComplete="one-time-code"
      dir="ltr"
      required
      error={error}
    />
  );
}

interface Made {
  readonly secret: string;
  readonly uri: string;
}

export function PasswordAgainForm({
  onMade,
  onCancel,
}: {
  onMade(made: Made): void;
  onCancel(): void;
}) {
  const { t } = useWords();
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'password'),
    async (values) => onMade(await enrol(String(values.get('password')))),
  );
  return (
    <Step {...{ onSubmit, general, busy, onCancel }} submit={t('factor.next')}>
      <OwnPassword error={message('password')} />
    </Step>
  );
}

export function FirstCodeForm({
  secret,
  uri,
  onOn,
  onCancel,
}: Made & { onOn(codes: readonly string[]): void; onCancel(): void }) {
  const { t } = useWords();
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'code'),
    async (values) => onOn((await verify(String(values.get('code')).trim())).recovery_codes),
  );
  return (
    <Step {...{ onSubmit, general, busy, onCancel }} submit={t('factor.finish')}>
      <p className="text-sm">{t('factor.scan')}</p>
      <QrCode text={uri} label={t('factor.qr')} />
      <p className="text-ink-2 text-sm">{t('factor.typed')}</p>
      <p
        className="select-all break-words rounded-control bg-surface-2 px-3 py-2 font-mono"
        dir="ltr"
      >
        {secret.match(/.{1,4}/g)?.join(' ')}
      </p>
      <CodeField label={t('factor.first')} error={message('code')} />
    </Step>
  );
}

export function CodesShown({ codes, onDone }: { codes: readonly string[]; onDone(): void }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(codes.join('\n'));
    setCopied(true);
  };
  return (
    <div className="grid gap-3">
      <Banner tone="warn" alert>
        {t('factor.codes')}
      </Banner>
      <ul className="grid grid-cols-2 gap-x-4 gap-y-1 font-mono text-sm" dir="ltr">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy().catch(() => undefined)}>
          {t(copied ? 'factor.copied' : 'factor.copy')}
        </Button>
        <Button kind="primary" onClick={onDone}>
          {t('factor.kept')}
        </Button>
      </div>
    </div>
  );
}

export function OffForm({ onOff, onCancel }: { onOff(): void; onCancel(): void }) {
  const { t } = useWords();
  const { busy, general, onSubmit, message } = useForm(
    (values) => missing(values, 'password', 'code'),
    async (values) => {
      await disable(String(values.get('password')), String(values.get('code')).trim());
      onOff();
    },
  );
  return (
    <Step {...{ onSubmit, general, busy, onCancel }} submit={t('factor.turnOff')}>
      <OwnPassword error={message('password')} />
      <CodeField label={t('access.code')} error={message('code')} />
    </Step>
  );
}
