'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ErrorState, Loading } from '@/ui/states';
import { useDocument } from './useDocument';

/** The message that orders the goods, to be copied into whatever reaches the supplier. */
export function DocumentCard({ id, version }: { id: string; version: number }) {
  const { t } = useWords();
  const { data, error, refetch } = useDocument(id, version);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!data) return;
    await navigator.clipboard.writeText(`${data.subject}\n\n${data.text}`);
    setCopied(true);
  };
  return (
    <Card
      title={t('po.document')}
      actions={
        data &&
        'clipboard' in navigator && (
          <Button small onClick={() => void copy()}>
            {t(copied ? 'po.document.copied' : 'po.document.copy')}
          </Button>
        )
      }
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-40" />}
      {data && (
        <div className="grid gap-2 text-sm">
          <p className="text-ink-2">
            {t('po.document.to')} <bdi>{data.to ?? t('po.document.noMail')}</bdi>
          </p>
          <p dir="auto" className="font-medium">
            {data.subject}
          </p>
          <p dir="auto" className="figures whitespace-pre-wrap break-words">
            {data.text}
          </p>
        </div>
      )}
    </Card>
  );
}
