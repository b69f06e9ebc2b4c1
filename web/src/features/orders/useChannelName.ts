'use client';

import { useWords } from '@/i18n/locale';

/** What a sales channel is called; those that a shop has of its own bear their own name. */
export function useChannelName(): (channel: string) => string {
  const { t } = useWords();
  return (channel) =>
    channel === 'store' || channel === 'web' ? t(`sold.channel.${channel}`) : channel;
}
