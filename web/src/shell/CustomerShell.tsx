'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { logout, sessionStore } from '@/api/session';
import type { MessageKey } from '@/i18n/en';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Icon, type IconName } from '@/ui/Icon';
import { Popover } from '@/ui/Popover';
import { useStore } from '@/ui/store';
import { Guarded } from './AppShell';
import { Brand } from './Brand';
import { Preferences } from './Preferences';
import { SkipLink } from './SkipLink';

const ITEMS: ReadonlyArray<{ href: string; label: MessageKey; icon: IconName }> = [
  { href: '/my/', label: 'my.list', icon: 'check' },
  { href: '/my/for-you/', label: 'my.forYou', icon: 'bulb' },
  { href: '/my/orders/', label: 'my.orders', icon: 'receipt' },
  { href: '/my/preferences/', label: 'my.preferences', icon: 'settings' },
  { href: '/my/privacy/', label: 'my.privacy', icon: 'eye' },
];

/** A bar at the bottom of a phone, a row below the head of a wider screen. */
function Menu() {
  const { t } = useWords();
  const pathname = usePathname();
  return (
    <nav
      aria-label={t('my.menu')}
      className="fixed inset-x-0 bottom-0 z-10 border-line border-t bg-surface sm:static sm:border-t-0 sm:border-b"
    >
      <ul className="mx-auto flex max-w-3xl sm:px-4">
        {ITEMS.map(({ href, label, icon }) => {
          const here = pathname === href;
          return (
            <li key={href} className="min-w-0 flex-1 sm:flex-none">
              <Link
                href={href}
                prefetch={false}
                aria-current={here ? 'page' : undefined}
                className={`flex flex-col items-center gap-0.5 px-0.5 py-2 font-medium text-xs sm:flex-row sm:gap-2 sm:px-3 sm:text-sm ${here ? 'text-accent-strong sm:bg-accent-soft' : 'text-ink-2 hover:bg-surface-3 hover:text-ink'}`}
              >
                <Icon name={icon} size={20} />
                <span className="max-w-full truncate">{t(label)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function Account() {
  const { t } = useWords();
  const session = useStore(sessionStore);
  if (session.phase !== 'in') return null;
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
      <p className="font-medium">{session.user.name || session.user.email}</p>
      <p className="mb-3 break-all text-ink-2" dir="ltr">
        {session.user.email}
      </p>
      <p className="mb-3">
        <AppLink href="/my/account/">{t('account.open')}</AppLink>
      </p>
      <Preferences />
      <div className="mt-4 flex justify-end">
        <Button small onClick={() => void logout()}>
          {t('app.signOut')}
        </Button>
      </div>
    </Popover>
  );
}

/** The frame of a customer's own pages, made for a phone first. */
export function CustomerShell({ children }: { children: ReactNode }) {
  return (
    <Guarded side="customer">
      <div className="flex min-h-dvh flex-col">
        <SkipLink />
        <header className="border-line border-b bg-surface">
          <div className="mx-auto flex min-h-14 max-w-3xl items-center justify-between px-4">
            <Brand />
            <Account />
          </div>
        </header>
        <Menu />
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full max-w-3xl flex-1 px-4 pt-4 pb-24 outline-none sm:pb-10"
        >
          {children}
        </main>
      </div>
    </Guarded>
  );
}
