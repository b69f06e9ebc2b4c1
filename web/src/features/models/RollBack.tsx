'use client';

import { useState } from 'react';
import { reasonAt } from '@/api/problem';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { useRollBack } from './useModels';

const LEAST = 3;

/** Goes back to what answered before the last decision, for a reason that is kept. */
export function RollBack({ name }: { name: string }) {
  const { t } = useWords();
  const why = useReason();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const back = useRollBack(name);
  const close = () => {
    setAsking(false);
    setReason('');
    back.reset();
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('models.back')}</Button>
      <Dialog title={t('models.back')} open={asking} onClose={close}>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            back.mutate(reason.trim(), { onSuccess: close });
          }}
        >
          <p className="text-sm">{t('models.back.text')}</p>
          <TextField
            label={t('models.why')}
            value={reason}
            maxLength={500}
            error={reasonAt(back.error, 'reason')}
            onChange={(event) => setReason(event.target.value)}
          />
          {back.error && !reasonAt(back.error, 'reason') && (
            <Banner tone="bad" alert>
              {why(back.error)}
            </Banner>
          )}
          <div className="flex flex-wrap justify-end gap-2">
            <Button kind="quiet" onClick={close}>
              {t('action.cancel')}
            </Button>
            <Button
              kind="primary"
              type="submit"
              busy={back.isPending}
              disabled={reason.trim().length < LEAST}
            >
              {t('models.back')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
