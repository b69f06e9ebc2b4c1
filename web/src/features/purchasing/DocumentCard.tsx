'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ErrorState, Loading } from '@/ui/states';
import { TableFrame } from '@/ui/Table';
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
      {!error && !data && <Loading className="h-72" />}
      {data && (
        <div className="grid gap-2 text-sm">
          <p className="text-ink-2">
            {data.to ? (
              <>
                {t('po.document.to')} <bdi>{data.to}</bdi>
              </>
            ) : (
              t('po.document.noMail')
            )}
          </p>
          <p dir="auto" className="font-medium">
            {data.subject}
          </p>
          <TableFrame label={t('po.document')}>
            <p dir="auto" className="whitespace-pre font-mono text-xs">
              {data.text}
            </p>
          </TableFrame>
        </div>
      )}
    </Card>
  );
}
