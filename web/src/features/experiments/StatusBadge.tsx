'use client';

import type { Experiment } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Badge, type Tone } from '@/ui/Badge';

const TONES: Record<NonNullable<Experiment['status']>, Tone> = {
  draft: 'neutral',
  running: 'accent',
  stopped: 'warn',
  shipped: 'good',
};

export function StatusBadge({ status }: { status: NonNullable<Experiment['status']> }) {
  const { t } = useWords();
  return <Badge tone={TONES[status]}>{t(`exp.status.${status}`)}</Badge>;
}
