import type { MessageKey } from '@/i18n/en';
import type { IconName } from '@/ui/Icon';

export interface Item {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: IconName;
  /** Other pages that belong to this item: all below this path. */
  readonly also?: string;
}

export interface Group {
  readonly label: MessageKey;
  readonly items: readonly Item[];
}

/** Only pages that exist. A new page is one line here. */
export const GROUPS: readonly Group[] = [
  {
    label: 'nav.group.today',
    items: [
      { href: '/', label: 'nav.dashboard', icon: 'dashboard', also: '/dashboard/' },
      { href: '/live/', label: 'nav.live', icon: 'pulse' },
      { href: '/alerts/', label: 'nav.alerts', icon: 'warning' },
      { href: '/ask/', label: 'nav.ask', icon: 'search' },
    ],
  },
  {
    label: 'nav.group.goods',
    items: [
      { href: '/products/', label: 'nav.products', icon: 'products', also: '/product' },
      { href: '/orders/', label: 'nav.orders', icon: 'receipt', also: '/order/' },
      { href: '/inventory/', label: 'nav.inventory', icon: 'stock' },
      { href: '/replenishment/', label: 'nav.replenishment', icon: 'replenish' },
      {
        href: '/purchase-orders/',
        label: 'nav.purchasing',
        icon: 'truck',
        also: '/purchase-order/',
      },
      { href: '/suppliers/', label: 'nav.suppliers', icon: 'tag', also: '/supplier/' },
    ],
  },
  {
    label: 'nav.group.people',
    items: [
      { href: '/customers/', label: 'nav.customers', icon: 'person', also: '/customer/' },
      { href: '/segments/', label: 'nav.segments', icon: 'pie' },
    ],
  },
  {
    label: 'nav.group.engine',
    items: [
      { href: '/recommendations/', label: 'nav.recommendations', icon: 'bulb' },
      { href: '/experiments/', label: 'nav.experiments', icon: 'flask', also: '/experiment/' },
      { href: '/accuracy/', label: 'nav.accuracy', icon: 'target', also: '/forecasts/' },
      { href: '/models/', label: 'nav.models', icon: 'layers', also: '/model/' },
    ],
  },
  {
    label: 'nav.group.shop',
    items: [
      { href: '/import/', label: 'nav.import', icon: 'bringIn' },
      { href: '/system/', label: 'nav.system', icon: 'settings' },
    ],
  },
];

/** What a phone's bar has room for; the rest is behind its last button. */
export const ON_PHONE: readonly string[] = ['/', '/alerts/', '/products/', '/orders/'];

/** Whether `pathname` is the item's page or one that belongs to it. */
export function isHere({ href, also }: Item, pathname: string): boolean {
  if (also !== undefined && pathname.startsWith(also)) return true;
  return href === '/' ? pathname === '/' : pathname.startsWith(href);
}
