'use client';

import { useWords } from '@/i18n/locale';
import { SectionTabs } from '@/ui/SectionTabs';

/** The pages of alerts side by side. */
export function AlertTabs({ here }: { here: '/alerts/' | '/alerts/rules/' | '/alerts/channels/' }) {
  const { t } = useWords();
  return (
    <SectionTabs
      label={t('alerts.title')}
      here={here}
      items={[
        { href: '/alerts/', label: t('alerts.inbox') },
        { href: '/alerts/rules/', label: t('rules.title') },
        { href: '/alerts/channels/', label: t('channels.title') },
      ]}
    />
  );
}
