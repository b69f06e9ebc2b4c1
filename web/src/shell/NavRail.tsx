'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useId } from 'react';
import { useWords } from '@/i18n/locale';
import { Icon } from '@/ui/Icon';
import { Brand } from './Brand';
import { PhoneBar } from './PhoneBar';
import { GROUPS, type Group, isHere } from './pages';

function RailGroup({ group, pathname }: { group: Group; pathname: string }) {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="border-line border-t pt-2 pb-2 first:border-0">
      <p id={id} className="px-3 pb-1 text-ink-2 text-xs">
        {t(group.label)}
      </p>
      <ul aria-labelledby={id} className="grid gap-0.5">
        {group.items.map((item) => {
          const here = isHere(item, pathname);
          return (
            <li key={item.href}>
              <Link
                href={item.href}
                prefetch={false}
                aria-current={here ? 'page' : undefined}
                className={`flex items-center gap-3 rounded-control px-3 py-1.5 font-medium text-sm ${here ? 'bg-accent-soft text-accent-strong' : 'text-ink-2 hover:bg-surface-3 hover:text-ink'}`}
              >
                <Icon name={item.icon} size={20} />
                {t(item.label)}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** A rail at the side of a wide screen, a bar at the bottom of a phone. */
export function NavRail() {
  const { t } = useWords();
  const pathname = usePathname();
  return (
    <>
      <nav
        aria-label={t('app.menu')}
        className="hidden border-line bg-surface px-3 md:block md:w-52 md:shrink-0 md:border-e"
      >
        <div className="sticky top-0 max-h-dvh overflow-y-auto pb-4">
          <div className="px-3 pt-4 pb-3">
            <Brand />
          </div>
          <div>
            {GROUPS.map((group) => (
              <RailGroup key={group.label} group={group} pathname={pathname} />
            ))}
          </div>
        </div>
      </nav>
      <PhoneBar pathname={pathname} />
    </>
  );
}
