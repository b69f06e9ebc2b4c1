'use client';

import { useWords } from '@/i18n/locale';
import { SectionTabs } from '@/ui/SectionTabs';

type Here =
  | '/accuracy/'
  | '/forecasts/what-if/'
  | '/forecasts/promotions/'
  | '/forecasts/overrides/'
  | '/forecasts/lost-sales/';

/** The pages of forecasts side by side. */
export function ForecastTabs({ here }: { here: Here }) {
  const { t } = useWords();
  return (
    <SectionTabs
      label={t('nav.accuracy')}
      here={here}
      items={[
        { href: '/accuracy/', label: t('accuracy.title') },
        { href: '/forecasts/what-if/', label: t('whatIf.title') },
        { href: '/forecasts/promotions/', label: t('promotions.title') },
        { href: '/forecasts/overrides/', label: t('overrides.title') },
        { href: '/forecasts/lost-sales/', label: t('lost.title') },
      ]}
    />
  );
}
