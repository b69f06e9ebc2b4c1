'use client';

import type { Segment } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { BubbleMap } from '@/ui/chart/BubbleMap';
import { segmentName } from './names';

/** Where the segments stand: what one customer is expected to spend against the risk of losing it. */
export function MapCard({
  segments,
  currency,
}: {
  segments: readonly Segment[];
  currency: string;
}) {
  const { t, said, format } = useWords();
  const bubbles = segments.flatMap((segment) => {
    const { customers = 0, churn = 0, expected_spend_minor: ahead = 0 } = segment.performance ?? {};
    if (customers === 0) return [];
    const each = ahead / customers;
    const values = {
      n: customers,
      each: fmt.money(format, each, currency, 'whole'),
      churn: fmt.percent(format, churn, 0),
    };
    return {
      key: segment.id,
      number: segments.indexOf(segment) + 1,
      name: segmentName(segment, said),
      x: churn,
      y: each,
      size: customers,
      text: t('segment.map.read', values),
    };
  });
  if (bubbles.length === 0) return null;
  return (
    <Card title={t('segment.map')} text={t('segment.map.text')}>
      <BubbleMap
        title={t('segment.map')}
        bubbles={bubbles}
        xName={t('segment.map.x')}
        yName={t('segment.map.y')}
        xTick={(share) => fmt.percent(format, share, 0)}
        yTick={(value) => fmt.money(format, value, currency, 'compact')}
      />
    </Card>
  );
}
