'use client';

import type { ReactNode } from 'react';
import { useWords } from '@/i18n/locale';
import { Banner } from './Banner';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { useReason } from './states';

interface Props {
  title: string;
  text: ReactNode;
  confirm: string;
  open: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back; a refusal is told where it was asked. */
export function Ask({ title, text, confirm, open, busy, error, onConfirm, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <div className="text-sm">{text}</div>
      {error != null && (
        <Banner tone="bad" alert>
          {why(error)}
        </Banner>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button kind="primary" busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
