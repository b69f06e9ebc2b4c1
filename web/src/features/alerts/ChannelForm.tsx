'use client';

import { useState } from 'react';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { CheckField } from '@/ui/Choice';
import { SelectField, TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { SEVERITIES } from './draft';
import { CHANNEL_KINDS, type Channel, DIGESTS, useSaveChannel } from './useChannels';

function check(values: FormData): FieldKeys {
  const found: Record<string, FieldKeys[string]> = {};
  for (const field of ['name', 'to', 'url']) {
    if (values.has(field) && !String(values.get(field)).trim()) found[field] = 'login.required';
  }
  if (!values.get('begins') !== !values.get('ends')) found.ends = 'channels.quiet.bad';
  return found;
}

interface Props {
  channel: Channel | null;
  /** Told of the secret with which a new webhook signs, where there is one. */
  onSaved: (secret: string | null) => void;
  onClose: () => void;
}

/** Where alerts are told, which of them, and when. */
export function ChannelForm({ channel, onSaved, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const [kind, setKind] = useState(channel?.kind ?? 'email');
  const [severity, setSeverity] = useState(channel?.least_severity ?? 'warning');
  const [digest, setDigest] = useState(channel?.digest ?? 'instant');
  const [urgent, setUrgent] = useState(channel?.urgent ?? true);
  const save = useSaveChannel(channel);
  const where = kind === 'email' ? 'to' : 'url';
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const text = (field: string) => String(values.get(field) ?? '').trim();
    const saved = await save.mutateAsync({
      kind,
      name: text('name'),
      where: text(where),
      least_severity: severity,
      digest,
      digest_at: text('digest_at') || (channel?.digest_at ?? '08:00'),
      quiet: text('begins') ? { begins: text('begins'), ends: text('ends') } : null,
      urgent,
      enabled: channel?.enabled ?? true,
    });
    onSaved(channel ? null : (saved.secret ?? null));
  });
  return (
    <form noValidate onSubmit={onSubmit} className="grid items-start gap-4 sm:grid-cols-2">
      {general !== null && (
        <div className="sm:col-span-2">
          <Banner tone="bad" alert>
            {why(general)}
          </Banner>
        </div>
      )}
      <TextField
        label={t('users.name')}
        name="name"
        dir="auto"
        defaultValue={channel?.name}
        error={message('name')}
      />
      <SelectField
        label={t('channels.kind')}
        value={kind}
        disabled={channel !== null}
        options={CHANNEL_KINDS.map((value) => ({ value, label: t(`channels.kind.${value}`) }))}
        onChange={setKind}
      />
      <div className="sm:col-span-2">
        <TextField
          key={where}
          label={t(`channels.${where}`)}
          name={where}
          dir="ltr"
          type={where === 'to' ? 'email' : 'url'}
          defaultValue={(where === 'to' ? channel?.to : channel?.url) ?? ''}
          error={message(where)}
        />
      </div>
      <SelectField
        label={t('channels.least')}
        value={severity}
        options={SEVERITIES.map((value) => ({ value, label: t(`alerts.severity.${value}`) }))}
        onChange={setSeverity}
      />
      <SelectField
        label={t('channels.digest')}
        value={digest}
        options={DIGESTS.map((value) => ({ value, label: t(`channels.digest.${value}`) }))}
        onChange={setDigest}
      />
      {digest === 'daily' && (
        <TextField
          label={t('channels.at')}
          name="digest_at"
          type="time"
          defaultValue={channel?.digest_at ?? '08:00'}
          error={message('digest_at')}
        />
      )}
      <TextField
        label={t('channels.quiet.from')}
        name="begins"
        type="time"
        defaultValue={channel?.quiet?.begins ?? ''}
        error={message('begins')}
      />
      <TextField
        label={t('channels.quiet.to')}
        name="ends"
        type="time"
        defaultValue={channel?.quiet?.ends ?? ''}
        error={message('ends')}
      />
      <div className="grid gap-4 sm:col-span-2">
        <CheckField
          label={t('channels.urgent')}
          checked={urgent}
          onChange={() => setUrgent(!urgent)}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t('action.save')}
          </Button>
        </div>
      </div>
    </form>
  );
}
