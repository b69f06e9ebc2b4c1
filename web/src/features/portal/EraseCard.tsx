'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { useErase } from './usePrivacy';

/** Asks for a typed word, since nothing of it can be taken back. */
export function EraseCard({ id }: { id: string }) {
  const { t } = useWords();
  const why = useReason();
  const router = useRouter();
  const erase = useErase(id);
  const [open, setOpen] = useState(false);
  const [wrong, setWrong] = useState(false);
  const word = t('privacy.erase.word');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('word')).trim();
    setWrong(typed !== word);
    if (typed !== word) return;
    const gone = `/goodbye/?id=${encodeURIComponent(id)}`;
    erase.mutate(undefined, { onSuccess: () => router.replace(gone) });
  };
  return (
    <Card title={t('privacy.erase')} text={t('privacy.erase.text')}>
      <Button icon="warning" onClick={() => setOpen(true)}>
        {t('privacy.erase.do')}
      </Button>
      <Dialog title={t('privacy.erase.ask')} open={open} onClose={() => setOpen(false)}>
        <form noValidate onSubmit={submit} className="grid gap-4">
          <p className="text-sm">{t('privacy.erase.text')}</p>
          {erase.error && (
            <Banner tone="bad" alert>
              {why(erase.error)}
            </Banner>
          )}
          <TextField
            label={t('privacy.erase.type', { word })}
            name="word"
            autoComplete="off"
            dir="auto"
            error={wrong ? t('privacy.erase.wrong', { word }) : undefined}
          />
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => setOpen(false)}>{t('action.cancel')}</Button>
            <Button type="submit" kind="primary" busy={erase.isPending}>
              {t('privacy.erase.do')}
            </Button>
          </div>
        </form>
      </Dialog>
    </Card>
  );
}
