'use client';

import type { ReactNode } from 'react';
import { useWords } from '@/i18n/locale';
import { Icon } from '@/ui/Icon';
import { Popover } from '@/ui/Popover';
import { Brand } from './Brand';
import { Preferences } from './Preferences';
import { SkipLink } from './SkipLink';

/** The frame of pages that stand outside the signed-in shop. */
export function PlainFrame({ children }: { children: ReactNode }) {
  const { t } = useWords();
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="flex items-center justify-between px-4 py-3 sm:px-6">
        <Brand />
        <Popover
          label={t('app.account')}
          trigger={<Icon name="settings" />}
          triggerClass="grid size-10 place-items-center text-ink-2 hover:bg-surface-3"
        >
          <Preferences />
        </Popover>
      </header>
      <main id="content" tabIndex={-1} className="flex-1 px-4 pb-10 outline-none sm:px-6">
        {children}
      </main>
    </div>
  );
}
