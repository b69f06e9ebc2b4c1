'use client';

import type { Purchase } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { Badge } from '@/ui/Badge';
import { Disclosure } from '@/ui/Disclosure';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { Mine } from './Mine';
import { usePurchases } from './useMine';

export function MyOrdersPage() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('myOrders.title')} />
      <Mine>{(id) => <Orders id={id} />}</Mine>
    </>
  );
}

function Orders({ id }: { id: string }) {
  const { t } = useWords();
  const list = usePurchases(id);
  return (
    <>
      <ListTools
        rows={list}
        label={t('myOrders.title')}
        name="orders"
        usual={t('products.sort.newest')}
        orders={[
          ['placed_at', t('order.placed')],
          ['total_minor', t('po.total')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState icon="receipt" title={t('myOrders.none')} text={t('myOrders.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <ul
            aria-label={t('myOrders.title')}
            className={`divide-y divide-line ${stale ? 'opacity-60' : ''}`}
          >
            {rows.map((purchase) => (
              <Order key={purchase.id} purchase={purchase} />
            ))}
          </ul>
        )}
      </Listing>
    </>
  );
}

function Order({ purchase }: { purchase: Purchase }) {
  const { t, format } = useWords();
  const money = (minor: number) => fmt.money(format, minor, purchase.currency);
  return (
    <li className="grid gap-1.5 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="font-medium text-base">
          {fmt.moment(format, purchase.placed_at, fmt.ownZone())}
        </h2>
        <p className="figures font-medium">{money(purchase.total_minor)}</p>
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2 text-sm">
        <span>
          <bdi>{t('myOrders.number', { number: purchase.number })}</bdi>
        </span>
        <Badge>{t(`order.status.${purchase.status}`)}</Badge>
        {purchase.refunded_minor > 0 && (
          <Badge tone="accent">
            {t('myOrders.refunded', { amount: money(purchase.refunded_minor) })}
          </Badge>
        )}
      </p>
      <Disclosure summary={t('myOrders.lines', { n: purchase.lines.length })}>
        <ul className="grid gap-1 text-sm">
          {purchase.lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines never move, and may repeat
            <li key={index} className="flex items-baseline justify-between gap-4">
              <span className="min-w-0 break-words">
                {fmt.count(format, line.quantity)} × <bdi>{line.name}</bdi>
                {line.returned > 0 && ` (${t('myOrders.returned', { n: line.returned })})`}
                {line.cancelled > 0 && ` (${t('myOrders.cancelled', { n: line.cancelled })})`}
              </span>
              <span className="figures whitespace-nowrap">{money(line.total_minor)}</span>
            </li>
          ))}
        </ul>
      </Disclosure>
    </li>
  );
}
