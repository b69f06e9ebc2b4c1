'use client';

import { useState } from 'react';
import type { Segment } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { useDrop } from './useSegmentChanges';

/** Deletes a segment that a person defined, once it is asked for twice. */
export function RuleActions({ segment }: { segment: Segment }) {
  const { t } = useWords();
  const drop = useDrop();
  const [asking, setAsking] = useState(false);
  const title = `${t('segment.delete')}: ${segment.name}`;
  return (
    <span>
      <Button
        small
        kind="quiet"
        className="-ms-2.5"
        aria-label={title}
        onClick={() => setAsking(true)}
      >
        {t('segment.delete')}
      </Button>
      <Ask
        title={title}
        text={t('segment.delete.text')}
        confirm={t('segment.delete')}
        open={asking}
        busy={drop.isPending}
        error={drop.error}
        onConfirm={() => drop.mutate(segment.id, { onSuccess: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      />
    </span>
  );
}
