'use client';

import Link from 'next/link';
import { useEffect, useId, useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Icon } from '@/ui/Icon';
import { GROUPS, type Group, type Item, isHere, ON_PHONE } from './pages';

const SPOT =
  'flex w-full flex-col items-center gap-0.5 px-1 py-2 font-medium text-xs rounded-control';

function tone(here: boolean): string {
  return here ? 'text-accent-strong' : 'text-ink-2 hover:text-ink';
}

function SheetGroup({ group, pathname }: { group: Group; pathname: string }) {
  const { t } = useWords();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="mb-1 text-ink-2 text-sm">
        {t(group.label)}
      </h3>
      <ul className="grid grid-cols-2 gap-1">
        {group.items.map((item) => {
          const here = isHere(item, pathname);
          return (
            <li key={item.href} className="min-w-0">
              <Link
                href={item.href}
                prefetch={false}
                aria-current={here ? 'page' : undefined}
                className={`flex min-h-11 items-center gap-2.5 rounded-control px-2.5 font-medium text-sm ${here ? 'bg-accent-soft text-accent-strong' : 'text-ink hover:bg-surface-3'}`}
              >
                <Icon name={item.icon} size={20} />
                <span className="min-w-0 wrap-anywhere">{t(item.label)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What is opened most at a thumb's reach, and a sheet with every page behind the last button. */
export function PhoneBar({ pathname }: { pathname: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the sheet
  useEffect(() => setOpen(false), [pathname]);
  const items = GROUPS.flatMap((group) => group.items);
  const shown = ON_PHONE.map((href) => items.find((item) => item.href === href)).filter(
    (item): item is Item => item !== undefined,
  );
  const elsewhere = !shown.some((item) => isHere(item, pathname));
  return (
    <nav
      aria-label={t('app.menu')}
      className="fixed inset-x-0 bottom-0 z-10 border-line border-t bg-surface md:hidden"
    >
      <ul className="grid grid-cols-5">
        {shown.map((item) => {
          const here = isHere(item, pathname);
          return (
            <li key={item.href} className="min-w-0">
              <Link
                href={item.href}
                prefetch={false}
                aria-current={here ? 'page' : undefined}
                className={`${SPOT} ${tone(here)}`}
              >
                <Icon name={item.icon} size={20} />
                <span className="max-w-full truncate">{t(item.label)}</span>
              </Link>
            </li>
          );
        })}
        <li className="min-w-0">
          <button
            type="button"
            aria-haspopup="dialog"
            aria-expanded={open}
            onClick={() => setOpen(true)}
            className={`${SPOT} ${tone(elsewhere)}`}
          >
            <Icon name="menu" size={20} />
            <span className="max-w-full truncate">{t('nav.more')}</span>
          </button>
        </li>
      </ul>
      <Dialog title={t('nav.all')} open={open} onClose={() => setOpen(false)}>
        {GROUPS.map((group) => (
          <SheetGroup key={group.label} group={group} pathname={pathname} />
        ))}
        <Button onClick={() => setOpen(false)}>{t('nav.close')}</Button>
      </Dialog>
    </nav>
  );
}
