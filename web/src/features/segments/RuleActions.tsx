'use client';

import { useState } from 'react';
import type { Segment } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { useReason } from '@/ui/states';
import { useDrop } from './useSegmentChanges';

/** Deletes a segment that a person defined, once it is asked for twice. */
export function RuleActions({ segment }: { segment: Segment }) {
  const { t } = useWords();
  const why = useReason();
  const drop = useDrop();
  const [asking, setAsking] = useState(false);
  return (
    <span>
      <Button
        small
        kind="quiet"
        className="-ms-2.5"
        aria-label={`${t('segment.delete')}: ${segment.name}`}
        onClick={() => setAsking(true)}
      >
        {t('segment.delete')}
      </Button>
      <Dialog
        title={`${t('segment.delete')}: ${segment.name}`}
        open={asking}
        onClose={() => setAsking(false)}
      >
        <p className="text-sm">{t('segment.delete.text')}</p>
        {drop.error && (
          <Banner tone="bad" alert>
            {why(drop.error)}
          </Banner>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={() => setAsking(false)}>
            {t('action.cancel')}
          </Button>
          <Button
            kind="primary"
            busy={drop.isPending}
            onClick={() => drop.mutate(segment.id, { onSuccess: () => setAsking(false) })}
          >
            {t('segment.delete')}
          </Button>
        </div>
      </Dialog>
    </span>
  );
}
