'use client';

import type { Model } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Badge, type Tone } from '@/ui/Badge';

type Drift = NonNullable<Model['standing']['drift']>;

const TONES: Record<Drift, Tone> = {
  none: 'good',
  watch: 'warn',
  drifted: 'bad',
  unknown: 'neutral',
};

export function DriftBadge({ drift = 'unknown' }: { drift?: Drift }) {
  const { t } = useWords();
  return <Badge tone={TONES[drift]}>{t(`models.drift.${drift}`)}</Badge>;
}
