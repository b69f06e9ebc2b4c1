'use client';

import type { Interaction, OrderSummary } from '@/api/types';
import { STATUS_TONES } from '@/features/orders/changes';
import { ProductById } from '@/features/products/ProductById';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Icon, type IconName } from '@/ui/Icon';
import { laterOf, numberOf, textOf } from './happened';

const ICONS: Record<Interaction['kind'], IconName> = {
  order: 'receipt',
  visit: 'eye',
  answer: 'bulb',
  alert: 'warning',
};

const CHANGES = ['confirm', 'pay', 'fulfil', 'return', 'refund', 'cancel'] as const;

function isStatus(text: string): text is OrderSummary['status'] {
  return text in STATUS_TONES;
}

function OrderLine({ item, timeZone }: { item: Interaction; timeZone: string }) {
  const { t, format } = useWords();
  const { details } = item;
  const status = textOf(details, 'status');
  const total = numberOf(details, 'total_minor');
  const later = laterOf(details).map(({ kind, at }) => {
    const known = CHANGES.find((each) => each === kind);
    const day = fmt.day(format, fmt.today(timeZone, new Date(at)), 'tick');
    return `${known ? t(`happened.change.${known}`) : kind} ${day}`;
  });
  const order = encodeURIComponent(textOf(details, 'order_id'));
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <AppLink href={`/order/?id=${order}`} className="font-medium">
          {t('happened.order', { number: item.title.replace(/^Order /, '') })}
        </AppLink>
        {total !== null && (
          <span className="figures font-medium">
            {fmt.money(format, total, textOf(details, 'currency'))}
          </span>
        )}
        {isStatus(status) && (
          <Badge tone={STATUS_TONES[status]}>{t(`order.status.${status}`)}</Badge>
        )}
      </p>
      {later.length > 0 && <p className="text-ink-2 text-xs">{later.join(' · ')}</p>}
    </>
  );
}

function What({ item, timeZone }: { item: Interaction; timeZone: string }) {
  const { t, said } = useWords();
  const { details, title } = item;
  if (item.kind === 'order') return <OrderLine item={item} timeZone={timeZone} />;
  if (item.kind === 'answer') {
    const verdict = textOf(details, 'verdict');
    return (
      <>
        <p>{said(`happened.${verdict}`, title)}</p>
        <ProductById id={textOf(details, 'product_id')} />
      </>
    );
  }
  if (item.kind === 'alert') {
    return (
      <>
        <AppLink href="/alerts/" className="font-medium">
          <bdi>{title}</bdi>
        </AppLink>
        <p dir="auto" className="text-ink-2 text-xs">
          {textOf(details, 'text')}
        </p>
      </>
    );
  }
  const query = textOf(details, 'query');
  const product = textOf(details, 'product_id');
  const more = (numberOf(details, 'products') ?? 1) - 1;
  return (
    <>
      <p>
        {said(`happened.${textOf(details, 'type')}`, title)}
        {query && (
          <>
            {': '}
            <bdi>{t('happened.query', { query })}</bdi>
          </>
        )}
      </p>
      {product && <ProductById id={product} />}
      {more > 0 && <p className="text-ink-2 text-xs">{t('happened.more', { n: more })}</p>}
    </>
  );
}

/** One thing that happened, at its time of day. */
export function InteractionItem({ item, timeZone }: { item: Interaction; timeZone: string }) {
  const { t, format } = useWords();
  return (
    <li className="flex gap-3 px-4 py-2 text-sm sm:px-5">
      <span className="mt-0.5 text-ink-2">
        <Icon name={ICONS[item.kind]} />
      </span>
      <div className="min-w-0 flex-1">
        <span className="sr-only">{t(`happened.kind.${item.kind}`)}</span>
        <What item={item} timeZone={timeZone} />
      </div>
      <time dateTime={item.at} className="figures text-ink-2 text-xs">
        {fmt.clock(format, item.at, timeZone)}
      </time>
    </li>
  );
}
