'use client';

import type { Insights } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Tiles } from '@/ui/Tiles';

/** What the customer brought, will bring, and how likely it is to stay away. */
export function ValueTiles({ insights }: { insights: Insights }) {
  const { t, format } = useWords();
  const { churn, facts, lifetime_value: value, currency } = insights;
  const money = (minor: number) => fmt.money(format, minor, currency, 'whole');
  const interval = facts.usual_interval_days;
  return (
    <Tiles
      label={t('customer.value')}
      tiles={[
        {
          name: t('customer.soFar'),
          value: money(value.so_far_minor),
          note: t('customer.soFar.note', {
            n: facts.orders,
            amount: fmt.money(format, facts.average_order_minor, currency),
          }),
        },
        {
          name: t('customer.ahead', { n: value.days }),
          value: money(value.spend_minor),
          note: t('customer.ahead.note', {
            low: money(value.spend_low_minor),
            high: money(value.spend_high_minor),
          }),
        },
        {
          name: t('customer.churn', { n: churn.days }),
          value: fmt.percent(format, churn.churn, churn.churn < 0.1 ? 1 : 0),
          note: t('customer.churn.note', { alive: fmt.percent(format, churn.alive, 0) }),
        },
        {
          name: t('customer.rhythm'),
          value:
            interval === null
              ? t('customer.once')
              : t('customer.every', { n: Math.max(Math.round(interval), 1) }),
          note: t('customer.last', { day: fmt.day(format, facts.last_day) }),
        },
      ]}
    />
  );
}
