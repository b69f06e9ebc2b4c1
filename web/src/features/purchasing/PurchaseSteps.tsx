'use client';

import { useState } from 'react';
import type { PurchaseOrder } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { useReason } from '@/ui/states';
import { nextSteps, type Step } from './steps';
import { usePurchaseStep } from './usePurchaseStep';

/** What can be done with an order now. Each asks first, save the receipt, which has a form. */
export function PurchaseSteps({
  order,
  onReceive,
}: {
  order: PurchaseOrder;
  onReceive: () => void;
}) {
  const { t } = useWords();
  const why = useReason();
  const step = usePurchaseStep(order.id);
  const [asked, setAsked] = useState<Exclude<Step, 'receive'> | null>(null);
  const steps = nextSteps(order);
  if (steps.length === 0) return <p className="text-ink-2 text-sm">{t('po.over')}</p>;
  const close = () => {
    setAsked(null);
    step.reset();
  };
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {steps.map((name, i) => (
          <Button
            key={name}
            kind={i === 0 ? 'primary' : 'plain'}
            onClick={() => (name === 'receive' ? onReceive() : setAsked(name))}
          >
            {t(`po.do.${name}`)}
          </Button>
        ))}
      </div>
      <Dialog
        title={asked ? t(`po.ask.${asked}`) : t('po.next')}
        open={asked !== null}
        onClose={close}
      >
        {asked && (
          <>
            <p className="text-sm">{t(`po.ask.${asked}.text`)}</p>
            {step.error && (
              <Banner tone="bad" alert>
                {why(step.error)}
              </Banner>
            )}
            <div className="flex flex-wrap justify-end gap-2">
              <Button kind="quiet" onClick={close}>
                {t('action.cancel')}
              </Button>
              <Button
                kind="primary"
                busy={step.isPending}
                onClick={() => step.mutate({ step: asked }, { onSuccess: close })}
              >
                {t(`po.do.${asked}`)}
              </Button>
            </div>
          </>
        )}
      </Dialog>
    </>
  );
}
