'use client';

import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { useReason } from '@/ui/states';
import { type Channel, useSaveChannel, useTestChannel } from './useChannels';

interface Props {
  channel: Channel;
  onChange: () => void;
  onDrop: () => void;
}

/** One channel: where it leads, what it tells, and a way to try it. */
export function ChannelItem({ channel, onChange, onDrop }: Props) {
  const { t } = useWords();
  const why = useReason();
  const test = useTestChannel(channel.id);
  const save = useSaveChannel(channel);
  const { id: _, to, url, version: __, secret: ___, disabled_because: because, ...kept } = channel;
  const failed = test.error ?? save.error;
  const label = (text: string) => ({ 'aria-label': `${text}: ${channel.name}`, children: text });
  return (
    <li className="grid gap-2 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="flex flex-wrap items-center gap-2 font-medium">
            <bdi>{channel.name}</bdi>
            <Badge>{t(`channels.kind.${channel.kind}`)}</Badge>
            {!channel.enabled && <Badge tone="warn">{t('channels.off')}</Badge>}
          </h2>
          <bdi dir="ltr" className="block break-all text-ink-2 text-sm">
            {to ?? url}
          </bdi>
          <p className="text-ink-2 text-sm">
            {t('channels.tells', {
              severity: t(`alerts.severity.${channel.least_severity}`),
              digest: t(`channels.digest.${channel.digest}`),
            })}
            {channel.quiet &&
              ` · ${t('channels.quiet', { from: channel.quiet.begins, to: channel.quiet.ends })}`}
          </p>
        </div>
        <div className="flex flex-wrap gap-1">
          <Button
            small
            kind="primary"
            busy={test.isPending}
            onClick={() => test.mutate()}
            {...label(t('channels.test'))}
          />
          <Button small onClick={onChange} {...label(t('users.change'))} />
          <Button
            small
            kind="quiet"
            busy={save.isPending}
            onClick={() =>
              save.mutate({ ...kept, where: to ?? url ?? '', enabled: !channel.enabled })
            }
            {...label(t(channel.enabled ? 'channels.switchOff' : 'channels.switchOn'))}
          />
          <Button small kind="quiet" onClick={onDrop} {...label(t('rules.delete'))} />
        </div>
      </div>
      {because && <Banner tone="warn">{because}</Banner>}
      {test.data && !test.isPending && (
        <Banner tone={test.data.delivered ? 'good' : 'bad'} alert={!test.data.delivered}>
          {t(test.data.delivered ? 'channels.delivered' : 'channels.undelivered')}{' '}
          <bdi>{test.data.detail}</bdi>
        </Banner>
      )}
      {failed && (
        <Banner tone="bad" alert>
          {why(failed)}
        </Banner>
      )}
    </li>
  );
}
