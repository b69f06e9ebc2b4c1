'use client';

import { useMemo } from 'react';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData } from '@/ui/chart/types';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { dailyPrices } from './prices';
import { usePrices } from './usePrices';

interface Props {
  productId: string;
  currency: string;
  from: string;
  to: string;
}

export function PriceHistory({ productId, currency, from, to }: Props) {
  const { t, format } = useWords();
  const { data, error, refetch } = usePrices(productId);
  const chart = useMemo<ChartData | null>(() => {
    if (!data) return null;
    const points = dailyPrices(data.items, from, to);
    return {
      days: points.map((point) => point.day),
      dayTick: (day) => fmt.day(format, day, points.length > 180 ? 'month' : 'tick'),
      series: [
        {
          name: t('col.price'),
          kind: 'step',
          tone: 2,
          values: points.map((point) => point.price),
          read: (value) => fmt.money(format, value, currency),
          tick: (value) => fmt.money(format, value, currency),
        },
      ],
    };
  }, [data, from, to, currency, format, t]);
  const known = chart?.series[0]?.values.filter((price) => price !== null) ?? [];
  const varies = new Set(known).size > 1;
  const price = known.at(-1);
  return (
    <Card title={t('product.price')}>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !chart && <Loading className="h-40" />}
      {chart && !varies && (
        <EmptyState
          icon="check"
          title={t('product.price.none')}
          {...(price != null && { text: fmt.money(format, price, currency) })}
        />
      )}
      {chart && varies && <Chart title={t('product.price')} data={chart} height="h-36" />}
    </Card>
  );
}
