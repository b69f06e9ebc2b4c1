'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';

interface Props {
  title: string;
  text: string;
  /** What is told only once; null: nothing to show. */
  secret: string | null;
  onClose: () => void;
}

/** Shows what nobody can ask for again. */
export function Secret({ title, text, secret, onClose }: Props) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const close = () => {
    setCopied(false);
    onClose();
  };
  return (
    <Dialog title={title} open={secret !== null} onClose={close}>
      <Banner tone="warn">{text}</Banner>
      <p
        dir="ltr"
        className="select-all break-all rounded-control bg-surface-3 px-3 py-2 font-mono text-sm"
      >
        {secret}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        {'clipboard' in navigator && (
          <Button
            onClick={() =>
              void navigator.clipboard.writeText(secret ?? '').then(() => setCopied(true))
            }
          >
            {t(copied ? 'po.document.copied' : 'po.document.copy')}
          </Button>
        )}
        <Button kind="primary" onClick={close}>
          {t('secret.done')}
        </Button>
      </div>
    </Dialog>
  );
}
