'use client';

import type { Product } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';

export function ProductFacts({ product }: { product: Product }) {
  const { t, format } = useWords();
  const { price_minor: price, currency } = product;
  const cost = product.cost_minor ?? null;
  const unknown = <span className="font-normal text-ink-2">{t('product.unknown')}</span>;
  const margin =
    cost === null || price === 0 ? unknown : fmt.percent(format, (price - cost) / price);
  return (
    <Card title={t('product.facts')}>
      <FactList
        facts={[
          { name: t('col.price'), value: fmt.money(format, price, currency) },
          {
            name: t('col.cost'),
            value: cost === null ? unknown : fmt.money(format, cost, currency),
          },
          { name: t('product.margin'), value: margin },
          { name: t('product.barcode'), value: product.barcode ?? unknown },
          ...Object.entries(product.attributes ?? {}).map(([name, value]) => ({
            name: name.charAt(0).toLocaleUpperCase() + name.slice(1),
            value: <bdi>{String(value)}</bdi>,
          })),
        ]}
      />
      {product.description && (
        <p className="mt-3 text-ink-2 text-sm">
          <bdi>{product.description}</bdi>
        </p>
      )}
    </Card>
  );
}
