'use client';

import { logout, sessionStore } from '@/api/session';
import { LiveBadge } from '@/features/realtime/LiveBadge';
import { useStatus } from '@/features/system/useStatus';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Popover } from '@/ui/Popover';
import { useStore } from '@/ui/store';
import { Brand } from './Brand';
import { Preferences } from './Preferences';

function Account() {
  const { t } = useWords();
  const session = useStore(sessionStore);
  const status = useStatus();
  if (session.phase !== 'in') return null;
  const { user } = session;
  return (
    <Popover
      wide
      label={t('app.account')}
      triggerClass="rounded-full"
      trigger={
        <span className="grid size-9 place-items-center rounded-full bg-accent-soft text-accent-strong">
          <Icon name="person" />
        </span>
      }
    >
      <p className="font-medium">{user.name || user.email}</p>
      <p className="break-all text-ink-2" dir="ltr">
        {user.email}
      </p>
      <p className="mb-3 text-ink-2">{t('app.role', { role: user.role })}</p>
      <p className="mb-3">
        <AppLink href="/account/">{t('account.open')}</AppLink>
      </p>
      <Preferences />
      <div className="mt-4 flex items-center justify-between gap-2">
        <span className="text-ink-2 text-xs">
          {status.data && t('app.version', { version: status.data.version })}
        </span>
        <Button small onClick={() => void logout()}>
          {t('app.signOut')}
        </Button>
      </div>
    </Popover>
  );
}

export function TopBar() {
  const status = useStatus();
  return (
    <header className="flex min-h-14 items-center justify-between gap-3 border-line border-b bg-surface px-3 sm:px-6">
      <div className="flex min-w-0 items-center gap-3">
        <span className="md:hidden">
          <Brand />
        </span>
        <span dir="auto" className="truncate font-medium text-ink-2">
          {status.data?.shop.name}
        </span>
      </div>
      <div className="flex items-center gap-3">
        <LiveBadge />
        <Account />
      </div>
    </header>
  );
}
