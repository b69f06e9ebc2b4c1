'use client';

import { useWords } from '@/i18n/locale';
import { useStore } from '@/ui/store';
import { liveStore } from './useLive';

const LOOKS = {
  live: { key: 'live.on', dot: 'bg-good' },
  connecting: { key: 'live.connecting', dot: 'bg-warn' },
  lost: { key: 'live.off', dot: 'bg-bad' },
  idle: { key: 'live.off', dot: 'bg-line-strong' },
} as const;

export function LiveBadge() {
  const { t } = useWords();
  const state = useStore(liveStore);
  const { key, dot } = LOOKS[state];
  return (
    <span
      className="inline-flex items-center gap-1.5 whitespace-nowrap text-ink-2 text-sm"
      data-live={state}
    >
      <span aria-hidden="true" className={`size-2 rounded-full ${dot}`} />
      {t(key)}
    </span>
  );
}
