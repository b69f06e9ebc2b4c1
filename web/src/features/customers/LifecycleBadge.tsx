'use client';

import type { Insights } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Badge, type Tone } from '@/ui/Badge';

const TONES: Record<Insights['lifecycle'], Tone> = {
  new: 'accent',
  active: 'good',
  at_risk: 'warn',
  lost: 'bad',
};

export function LifecycleBadge({ lifecycle }: { lifecycle: Insights['lifecycle'] }) {
  const { t } = useWords();
  return <Badge tone={TONES[lifecycle]}>{t(`lifecycle.${lifecycle}`)}</Badge>;
}
