'use client';

import { useWords } from '@/i18n/locale';
import { SectionTabs } from '@/ui/SectionTabs';

type Here = '/' | '/dashboard/changes/' | '/dashboard/products/' | '/dashboard/stock/';

/** The pages of the dashboard side by side. */
export function DashboardTabs({ here }: { here: Here }) {
  const { t } = useWords();
  return (
    <SectionTabs
      label={t('dashboard.tabs')}
      here={here}
      items={[
        { href: '/', label: t('dashboard.overview') },
        { href: '/dashboard/changes/', label: t('changes.title') },
        { href: '/dashboard/products/', label: t('sold.title') },
        { href: '/dashboard/stock/', label: t('stockGraph.title') },
      ]}
    />
  );
}
