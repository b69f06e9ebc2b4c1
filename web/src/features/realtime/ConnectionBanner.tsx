'use client';

import { useEffect, useRef, useState } from 'react';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { useStore } from '@/ui/store';
import { live, liveStore } from './useLive';

const PATIENCE_MS = 1_500;

/** Tells of a connection that is lost for longer than a blink, and when it has come back. */
export function ConnectionBanner() {
  const { t } = useWords();
  const state = useStore(liveStore);
  const [shown, setShown] = useState(false);
  const told = useRef(false);
  const healthy = state === 'live' || state === 'idle';
  useEffect(() => {
    if (healthy) {
      if (told.current) announce(t('live.healed'));
      told.current = false;
      setShown(false);
      return;
    }
    // Not restarted while attempts come and go: it is one outage.
    const timer = setTimeout(() => {
      told.current = true;
      setShown(true);
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [healthy, t]);
  if (!shown) return null;
  return (
    <div className="mb-4">
      <Banner
        tone="warn"
        alert
        action={
          <Button small onClick={() => live.retryNow()}>
            {t('live.retry')}
          </Button>
        }
      >
        {t('live.lost')}
      </Banner>
    </div>
  );
}
