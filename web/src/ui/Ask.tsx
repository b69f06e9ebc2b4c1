'use client';

import { type ReactNode, useEffect, useRef } from 'react';
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

/** While it is `held`, what `value` was before: a thing that changes under a question stays asked. */
function useHeld<T>(value: T, held: boolean): T {
  const before = useRef(value);
  useEffect(() => {
    if (!held) before.current = value;
  });
  return held ? before.current : value;
}

/** Asks before something that cannot be taken back; a refusal is told where it was asked. */
export function Ask({ title, text, confirm, open, busy, error, onConfirm, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const asked = useHeld({ title, text, confirm }, busy);
  return (
    <Dialog title={asked.title} open={open} onClose={onClose}>
      <div className="text-sm">{asked.text}</div>
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
          {asked.confirm}
        </Button>
      </div>
    </Dialog>
  );
}
