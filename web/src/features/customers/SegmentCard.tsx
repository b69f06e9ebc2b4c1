'use client';

import type { Insights } from '@/api/types';
import { segmentName } from '@/features/segments/names';
import { useSegments } from '@/features/segments/useSegments';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { LifecycleBadge } from './LifecycleBadge';

/** Which groups the customer is in, and where it stands among all. */
export function SegmentCard({ insights }: { insights: Insights }) {
  const { t, said, format } = useWords();
  const known = useSegments().data?.items ?? [];
  const { rfm, facts } = insights;
  const mine = known.filter(
    (one) => one.kind !== 'lifecycle' && insights.segments.includes(one.id),
  );
  const fifth = (n: number) => t('customer.fifth', { n });
  return (
    <Card
      title={t('customer.segment')}
      actions={
        <AppLink href="/segments/" className="text-sm">
          {t('customer.segment.all')}
        </AppLink>
      }
    >
      <FactList
        facts={[
          {
            name: t('customer.lifecycle'),
            value: <LifecycleBadge lifecycle={insights.lifecycle} />,
          },
          ...mine.map((one) => ({
            name: t(`segment.kind.${one.kind}`),
            value: <bdi>{segmentName(one, said)}</bdi>,
          })),
          { name: t('customer.recency'), value: fifth(rfm.recency) },
          { name: t('customer.frequency'), value: fifth(rfm.frequency) },
          { name: t('customer.money'), value: fifth(rfm.money) },
          {
            name: t('customer.favourite'),
            value: (
              <bdi>
                {facts.favourite_categories
                  .map((one) => `${one.category} ${fmt.percent(format, one.share, 0)}`)
                  .join(', ') || '–'}
              </bdi>
            ),
          },
          {
            name: t('customer.discounted'),
            value: t('customer.discounted.value', {
              share: fmt.percent(format, facts.discounted_share, 0),
              shop: fmt.percent(format, facts.shop_discounted_share, 0),
            }),
          },
        ]}
      />
      <p className="mt-2 text-ink-2 text-xs">{t('customer.fifth.hint')}</p>
    </Card>
  );
}
