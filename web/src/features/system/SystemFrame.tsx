'use client';

import type { ReactNode } from 'react';
import { usePermissions } from '@/features/auth/usePermissions';
import type { MessageKey } from '@/i18n/en';
import { useWords } from '@/i18n/locale';
import { PageTitle } from '@/ui/PageTitle';
import { SectionTabs } from '@/ui/SectionTabs';

const PAGES = [
  { href: '/system/', label: 'system.health', needs: 'system:read' },
  { href: '/system/data/', label: 'system.data', needs: 'system:read' },
  { href: '/system/jobs/', label: 'system.jobs', needs: 'system:read' },
  { href: '/system/failed/', label: 'system.failed', needs: 'system:write' },
  { href: '/system/settings/', label: 'system.settings', needs: 'system:read' },
  { href: '/system/users/', label: 'system.users', needs: 'users:write' },
  { href: '/system/keys/', label: 'system.keys', needs: 'api-keys:write' },
  { href: '/system/audit/', label: 'system.audit', needs: 'audit:read' },
  { href: '/system/cost/', label: 'system.cost', needs: 'system:write' },
] as const satisfies ReadonlyArray<{ href: string; label: MessageKey; needs: string }>;

interface Props {
  here: (typeof PAGES)[number]['href'];
  text: MessageKey;
  actions?: ReactNode;
  children: ReactNode;
}

/** Title and neighbours of a system page; pages that one may not see are left out. */
export function SystemFrame({ here, text, actions, children }: Props) {
  const { t } = useWords();
  const mine = usePermissions();
  const page = PAGES.find(({ href }) => href === here) ?? PAGES[0];
  const shown = PAGES.filter(({ href, needs }) => href === here || mine.includes(needs));
  return (
    <>
      <SectionTabs
        label={t('nav.system')}
        here={here}
        items={shown.map(({ href, label }) => ({ href, label: t(label) }))}
      />
      <PageTitle title={t(page.label)} text={t(text)} actions={actions} />
      {children}
    </>
  );
}
