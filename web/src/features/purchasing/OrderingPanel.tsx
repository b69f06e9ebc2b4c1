'use client';

import { useState } from 'react';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { useReason } from '@/ui/states';
import { type Ordered, useOrdering } from './useOrdering';
import { type Selection, totalCost } from './wanted';

/** What came of it: the orders made, and what was left out with the reason. */
export function OrderedBanner({ ordered }: { ordered: Ordered }) {
  const { t } = useWords();
  const why = useReason();
  const { orders, skipped, stopped } = ordered;
  return (
    <Banner tone={stopped || orders.length === 0 ? 'warn' : 'good'} alert={stopped !== null}>
      {orders.length === 0 ? (
        <p>{t('replenish.made.none')}</p>
      ) : (
        <p>
          {t('replenish.made', { n: orders.length })}{' '}
          {orders.map((order, i) => (
            <span key={order.id}>
              {i > 0 && ', '}
              <AppLink
                href={`/purchase-order/?id=${encodeURIComponent(order.id)}`}
                className="underline"
              >
                <bdi>{order.supplier}</bdi>
              </AppLink>
            </span>
          ))}
        </p>
      )}
      {skipped.length > 0 && (
        <p>
          {t('replenish.left')}{' '}
          {skipped.map((each) => (
            <bdi key={each.product_id + each.location_id}>
              {each.product_id}: {each.text}{' '}
            </bdi>
          ))}
        </p>
      )}
      {stopped !== null && <p>{t('replenish.stopped', { reason: why(stopped) })}</p>}
    </Banner>
  );
}

interface Props {
  selection: Selection;
  onOrdered: (ordered: Ordered) => void;
}

/** Stays in sight while anything is selected; asks before it orders. */
export function OrderingPanel({ selection, onOrdered }: Props) {
  const { t, format } = useWords();
  const ordering = useOrdering();
  const [asking, setAsking] = useState(false);
  const currency = [...selection.values()][0]?.proposal.currency;
  if (!currency) return null;
  const cost = fmt.money(format, totalCost(selection.values()), currency);
  const order = (approve: boolean) =>
    ordering.mutate(
      { selection, approve },
      {
        onSuccess: (ordered) => {
          setAsking(false);
          onOrdered(ordered);
        },
      },
    );
  const summary = `${t('replenish.selected', { n: selection.size })} · ${t('replenish.worth', { cost })}`;
  return (
    <div className="sticky bottom-16 z-5 mt-4 flex flex-wrap items-center justify-between gap-3 rounded-card border border-line bg-surface px-4 py-3 shadow-float md:bottom-3">
      <p className="figures font-medium">{summary}</p>
      <Button kind="primary" onClick={() => setAsking(true)}>
        {t('replenish.confirm')}
      </Button>
      <Dialog title={t('replenish.confirm')} open={asking} onClose={() => setAsking(false)}>
        <p className="figures font-medium">{summary}</p>
        <p className="text-sm">{t('replenish.confirm.text')}</p>
        <p className="text-ink-2 text-sm">{t('replenish.confirm.approve')}</p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={() => setAsking(false)}>
            {t('action.cancel')}
          </Button>
          <Button busy={ordering.isPending} onClick={() => order(false)}>
            {t('replenish.draft')}
          </Button>
          <Button kind="primary" busy={ordering.isPending} onClick={() => order(true)}>
            {t('replenish.approve')}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
