'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { MessageKey } from '@/i18n/en';
import { useWords } from '@/i18n/locale';
import { Icon, type IconName } from '@/ui/Icon';
import { Brand } from './Brand';

interface Item {
  href: string;
  label: MessageKey;
  icon: IconName;
  /** Where a phone's bar has no room for it. */
  short?: MessageKey;
  /** Other pages that belong to this item. */
  also?: string;
}

/** Only pages that exist. A new page is one line here. */
const ITEMS: readonly Item[] = [
  { href: '/', label: 'nav.dashboard', icon: 'dashboard' },
  { href: '/live/', label: 'nav.live', icon: 'pulse' },
  { href: '/alerts/', label: 'nav.alerts', icon: 'warning' },
  { href: '/ask/', label: 'nav.ask', icon: 'search' },
  { href: '/products/', label: 'nav.products', icon: 'products', also: '/product/' },
  { href: '/orders/', label: 'nav.orders', icon: 'receipt', also: '/order/' },
  { href: '/inventory/', label: 'nav.inventory', icon: 'stock', also: '/inventory/ledger/' },
  {
    href: '/replenishment/',
    label: 'nav.replenishment',
    short: 'nav.short.replenishment',
    icon: 'replenish',
    also: '/replenishment/why/',
  },
  {
    href: '/purchase-orders/',
    label: 'nav.purchasing',
    short: 'nav.short.purchasing',
    icon: 'truck',
    also: '/purchase-order/',
  },
  { href: '/suppliers/', label: 'nav.suppliers', icon: 'tag', also: '/supplier/' },
  { href: '/customers/', label: 'nav.customers', icon: 'person', also: '/customer/' },
  { href: '/segments/', label: 'nav.segments', icon: 'pie' },
  {
    href: '/recommendations/',
    label: 'nav.recommendations',
    short: 'nav.short.recommendations',
    icon: 'bulb',
    also: '/recommendations/preview/',
  },
  { href: '/experiments/', label: 'nav.experiments', icon: 'flask', also: '/experiment/' },
  { href: '/accuracy/', label: 'nav.accuracy', icon: 'target', also: '/forecasts/' },
  { href: '/models/', label: 'nav.models', icon: 'layers', also: '/model/' },
  { href: '/system/', label: 'nav.system', icon: 'settings' },
];

/** A rail at the side of a wide screen, a bar at the bottom of a phone. */
export function NavRail() {
  const { t } = useWords();
  const pathname = usePathname();
  return (
    <nav
      aria-label={t('app.menu')}
      className="fixed inset-x-0 bottom-0 z-10 border-line border-t bg-surface md:static md:w-52 md:shrink-0 md:border-e md:border-t-0 md:px-3"
    >
      <div className="md:sticky md:top-0 md:max-h-dvh md:overflow-y-auto md:pb-4">
        <div className="hidden px-3 pt-4 pb-5 md:block">
          <Brand />
        </div>
        <ul className="flex overflow-x-auto md:grid md:gap-1">
          {ITEMS.map(({ href, label, short, icon, also }) => {
            const here =
              (also !== undefined && pathname.startsWith(also)) ||
              (pathname.startsWith(href) && (href !== '/' || pathname === '/'));
            return (
              <li key={href} className="min-w-13 flex-1">
                <Link
                  href={href}
                  prefetch={false}
                  aria-current={here ? 'page' : undefined}
                  className={`flex flex-col items-center gap-0.5 whitespace-nowrap px-0.5 py-2 font-medium md:px-3 text-xs md:flex-row md:gap-3 md:rounded-control md:text-sm ${here ? 'text-accent-strong md:bg-accent-soft' : 'text-ink-2 hover:bg-surface-3 hover:text-ink'}`}
                >
                  <Icon name={icon} size={20} />
                  {short && <span className="max-w-full truncate md:hidden">{t(short)}</span>}
                  <span className={short ? 'hidden md:inline' : ''}>{t(label)}</span>
                </Link>
              </li>
            );
          })}
        </ul>
      </div>
    </nav>
  );
}
