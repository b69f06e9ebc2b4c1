'use client';

import { useWords } from '@/i18n/locale';
import { SectionTabs } from '@/ui/SectionTabs';

type Here = '/inventory/' | '/inventory/transfer/' | '/inventory/count/';

/** The pages of stock side by side. */
export function StockTabs({ here }: { here: Here }) {
  const { t } = useWords();
  return (
    <SectionTabs
      label={t('stock.title')}
      here={here}
      items={[
        { href: '/inventory/', label: t('stock.levels') },
        { href: '/inventory/transfer/', label: t('transfer.title') },
        { href: '/inventory/count/', label: t('count.title') },
      ]}
    />
  );
}
