'use client';

import type { Needed } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { Disclosure } from '@/ui/Disclosure';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Mine } from './Mine';
import { byUrgency, URGENCIES, type Urgency } from './shopping';
import { useShopping } from './useMine';

export function ShoppingPage() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('shopping.title')} text={t('shopping.text')} />
      <Mine>{(id) => <ShoppingList id={id} />}</Mine>
    </>
  );
}

function ShoppingList({ id }: { id: string }) {
  const { t, format } = useWords();
  const { data, error, refetch } = useShopping(id);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  if (data.state === 'refused') {
    return <EmptyState title={t('shopping.refused')} text={t('shopping.refused.text')} />;
  }
  const items = data.items ?? [];
  if (items.length === 0) {
    return <EmptyState icon="check" title={t('shopping.none')} text={t('shopping.none.my')} />;
  }
  const groups = byUrgency(items, fmt.today(fmt.ownZone()));
  return (
    <div className="grid gap-4">
      {URGENCIES.filter((urgency) => groups[urgency].length > 0).map((urgency) => (
        <Card key={urgency} title={t(`shopping.${urgency}`)} flush>
          <ul className="divide-y divide-line">
            {groups[urgency].map((one) => (
              <Item key={one.item} needed={one} urgency={urgency} />
            ))}
          </ul>
        </Card>
      ))}
      {data.as_of && (
        <p className="text-ink-2 text-sm">
          {t('shopping.asOf', { day: fmt.day(format, data.as_of) })}
        </p>
      )}
    </div>
  );
}

function Item({ needed, urgency }: { needed: Needed; urgency: Urgency }) {
  const { t, format } = useWords();
  const day = fmt.day(format, needed.run_out, 'long');
  const usual = Math.max(Math.round(needed.usual_quantity), 1);
  const every = Math.max(Math.round(needed.usual_interval_days), 1);
  return (
    <li className="grid gap-1 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="min-w-0 break-words font-medium">
          <bdi>{needed.name}</bdi>
        </h3>
        <Badge tone={urgency === 'due' ? 'warn' : urgency === 'soon' ? 'accent' : 'neutral'}>
          {t(urgency === 'due' ? 'shopping.ranOut' : 'shopping.runsOut', { day })}
        </Badge>
      </div>
      <p className="figures text-ink-2 text-sm">
        {t('shopping.usual', { n: usual })}, {t('shopping.every', { n: every })}
      </p>
      <Disclosure summary={t('shopping.why')}>
        <p className="text-ink-2 text-sm">
          <bdi>{needed.reason}</bdi>
        </p>
        <p className="figures text-ink-2 text-sm">
          {t('shopping.bought', { day: fmt.day(format, needed.last_bought) })},{' '}
          {t('shopping.between', {
            from: fmt.day(format, needed.earliest),
            to: fmt.day(format, needed.latest),
          })}
        </p>
      </Disclosure>
    </li>
  );
}
