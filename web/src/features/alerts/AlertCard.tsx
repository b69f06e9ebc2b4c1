'use client';

import { useState } from 'react';
import type { Alert } from '@/api/types';
import { OrderedBanner } from '@/features/purchasing/OrderingPanel';
import type { Ordered } from '@/features/purchasing/useOrdering';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { FactList } from '@/ui/FactList';
import { useReason } from '@/ui/states';
import { figure, inDays, orderOf, pageOf } from './figures';
import { SEVERITY_TONES } from './tones';
import { useAlertStep, useDrafting } from './useAlerts';

/** What the alert rests on, and what was done with it. */
function Evidence({ alert }: { alert: Alert }) {
  const { t, said, format } = useWords();
  const facts = Object.entries(alert.evidence.attributes).map(([name, value]) => ({
    name: said(`attribute.${name}`, name.replace(/_minor$/, '').replaceAll('_', ' ')),
    value: <bdi>{figure(format, name, value, alert.currency)}</bdi>,
  }));
  return (
    <div className="grid gap-3">
      <FactList facts={facts} />
      <p className="text-sm">
        <span className="text-ink-2">{t('alerts.basis')} </span>
        <bdi>{alert.basis}</bdi>
      </p>
      <p className="text-sm">
        <span className="text-ink-2">{t('alerts.rule')} </span>
        <bdi>{alert.evidence.rule}</bdi>
      </p>
      {(alert.steps ?? []).map((step) => (
        <p key={`${step.at} ${step.what}`} className="text-sm">
          <span className="text-ink-2">{fmt.day(format, step.at.slice(0, 10))} </span>
          {said(`alert.step.${step.what}`, step.what.replaceAll('-', ' '))} · <bdi>{step.by}</bdi>
          {step.note && (
            <>
              : <bdi>{step.note}</bdi>
            </>
          )}
        </p>
      ))}
    </div>
  );
}

/** What can be done about it; each button says which alert it is about to who only hears it. */
function Steps({ alert, onOrdered }: { alert: Alert; onOrdered: (ordered: Ordered) => void }) {
  const { t } = useWords();
  const why = useReason();
  const step = useAlertStep(alert);
  const drafting = useDrafting(alert);
  const busy = step.isPending || drafting.isPending;
  const failed = step.error ?? drafting.error;
  const page = pageOf(alert);
  const of = (label: string) => ({ 'aria-label': `${label}: ${alert.title}`, children: label });
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
            onClick={() => step.mutate({ what: 'acknowledge' })}
            {...of(t('alerts.acknowledge'))}
          />
        )}
        <Button
          small
          disabled={busy}
          onClick={() => step.mutate({ what: 'resolve' })}
          {...of(t('alerts.resolve'))}
        />
        {([1, 7] as const).map((days) => (
          <Button
            key={days}
            small
            kind="quiet"
            disabled={busy}
            onClick={() => step.mutate({ what: 'snooze', until: inDays(new Date(), days) })}
            {...of(t('alerts.snooze', { n: days }))}
          />
        ))}
        <Button
          small
          kind="quiet"
          disabled={busy}
          onClick={() => step.mutate({ what: 'dismiss' })}
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

function Outcome({ alert }: { alert: Alert }) {
  const { t, format } = useWords();
  const { outcome, currency } = alert;
  if (!outcome) return null;
  const money = (minor: number) => fmt.money(format, minor, currency);
  return (
    <p className="text-ink-2 text-sm">
      {t(`alerts.ended.${outcome.ended}`)} ·{' '}
      {t('alerts.outcome', {
        expected: money(outcome.expected_minor),
        realised: money(outcome.realised_minor),
        avoided: money(outcome.avoided_minor),
      })}
    </p>
  );
}

export function AlertCard({ alert }: { alert: Alert }) {
  const { t, said, format } = useWords();
  const [ordered, setOrdered] = useState<Ordered | null>(null);
  return (
    <li className="grid gap-2 px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <div className="min-w-0">
          <h2 className="font-semibold text-base">
            {said(`alert.rule.${alert.rule_id}`, alert.rule)}
            {alert.subject_name && (
              <>
                : <bdi>{alert.subject_name}</bdi>
              </>
            )}
          </h2>
          <p className="flex flex-wrap items-center gap-2 text-ink-2 text-sm">
            <Badge tone={SEVERITY_TONES[alert.severity]}>
              {t(`alerts.severity.${alert.severity}`)}
            </Badge>
            {alert.status === 'acknowledged' && (
              <Badge tone="accent">{t('alerts.acknowledged')}</Badge>
            )}
            {alert.escalated_at && <Badge tone="bad">{t('alerts.escalated')}</Badge>}
            {fmt.day(format, alert.created_at.slice(0, 10))}
          </p>
        </div>
        {alert.loss_minor > 0 && (
          <p className="text-end">
            <span className="block text-ink-2 text-xs">{t('alerts.stake')}</span>
            <strong className="figures font-semibold text-lg">
              {fmt.money(format, alert.loss_minor, alert.currency)}
            </strong>
          </p>
        )}
      </div>
      <p dir="auto" className="max-w-prose text-sm">
        {alert.text}
      </p>
      {alert.action && !alert.outcome && (
        <p dir="auto" className="max-w-prose font-medium text-sm">
          {alert.action.text}
        </p>
      )}
      <Outcome alert={alert} />
      {ordered && <OrderedBanner ordered={ordered} />}
      {!alert.outcome && <Steps alert={alert} onOrdered={setOrdered} />}
      <Disclosure summary={t('alerts.evidence')}>
        <Evidence alert={alert} />
      </Disclosure>
    </li>
  );
}
