'use client';

import type { Alert } from '@/api/types';
import type { Ordered } from '@/features/purchasing/useOrdering';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { useReason } from '@/ui/states';
import { inDays, orderOf, pageOf } from './figures';
import { type Step, useAlertStep, useDrafting } from './useAlerts';

interface Props {
  alert: Alert;
  onTaken: (alert: Alert, step: Step) => void;
}

/** What can be done about it; each button says which alert it is about to who only hears it. */
export function AlertSteps({
  alert,
  onTaken,
  onOrdered,
}: Props & { onOrdered: (ordered: Ordered) => void }) {
  const { t } = useWords();
  const why = useReason();
  const step = useAlertStep(alert);
  const drafting = useDrafting(alert);
  const busy = step.isPending || drafting.isPending;
  const failed = step.error ?? drafting.error;
  const page = pageOf(alert);
  const of = (label: string) => ({ 'aria-label': `${label}: ${alert.title}`, children: label });
  const take = (next: Step) => step.mutate(next, { onSuccess: () => onTaken(alert, next) });
  return (
    <div className="grid gap-2">
      {failed && (
        <Banner tone="bad" alert>
          {why(failed)}
        </Banner>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {orderOf(alert) && (
          <Button
            small
            kind="primary"
            disabled={busy}
            onClick={() => drafting.mutate(undefined, { onSuccess: onOrdered })}
            {...of(t('alerts.draft'))}
          />
        )}
        {alert.status !== 'acknowledged' && (
          <Button
            small
            disabled={busy}
            onClick={() => take({ what: 'acknowledge' })}
            {...of(t('alerts.acknowledge'))}
          />
        )}
        <Button
          small
          disabled={busy}
          onClick={() => take({ what: 'resolve' })}
          {...of(t('alerts.resolve'))}
        />
        {alert.status === 'snoozed' && (
          <Button
            small
            kind="quiet"
            disabled={busy}
            onClick={() => take({ what: 'reopen' })}
            {...of(t('alerts.wake'))}
          />
        )}
        {([1, 7] as const).map((days) => (
          <Button
            key={days}
            small
            kind="quiet"
            disabled={busy}
            onClick={() => take({ what: 'snooze', until: inDays(new Date(), days) })}
            {...of(t('alerts.snooze', { n: days }))}
          />
        ))}
        <Button
          small
          kind="quiet"
          disabled={busy}
          onClick={() => take({ what: 'dismiss' })}
          {...of(t('alerts.dismiss'))}
        />
        {page && (
          <AppLink href={page} className="px-2 text-sm">
            {t('alerts.look')}
            <span className="sr-only">: {alert.title}</span>
          </AppLink>
        )}
      </div>
    </div>
  );
}

/** Takes back what a person did with it. */
export function Reopen({ alert, label, onTaken }: Props & { label: string }) {
  const why = useReason();
  const step = useAlertStep(alert);
  return (
    <div className="grid gap-1 justify-self-start">
      <Button
        small
        busy={step.isPending}
        aria-label={`${label}: ${alert.title}`}
        onClick={() =>
          step.mutate({ what: 'reopen' }, { onSuccess: () => onTaken(alert, { what: 'reopen' }) })
        }
      >
        {label}
      </Button>
      {step.error && (
        <p role="alert" dir="auto" className="text-bad text-sm">
          {why(step.error)}
        </p>
      )}
    </div>
  );
}
