'use client';

import { useState } from 'react';
import type { Alert } from '@/api/types';
import { OrderedBanner } from '@/features/purchasing/OrderingPanel';
import type { Ordered } from '@/features/purchasing/useOrdering';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Disclosure } from '@/ui/Disclosure';
import { FactList } from '@/ui/FactList';
import { AlertSteps, Reopen } from './AlertSteps';
import { figure } from './figures';
import { SEVERITY_TONES } from './tones';
import type { Step } from './useAlerts';

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

interface Props {
  alert: Alert;
  onTaken: (alert: Alert, step: Step) => void;
}

export function AlertCard({ alert, onTaken }: Props) {
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
          <p className="sm:text-end">
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
      {!alert.outcome && <AlertSteps alert={alert} onTaken={onTaken} onOrdered={setOrdered} />}
      {alert.outcome && alert.outcome.ended !== 'condition-ended' && (
        <Reopen alert={alert} label={t('alerts.reopen')} onTaken={onTaken} />
      )}
      <Disclosure summary={t('alerts.evidence')}>
        <Evidence alert={alert} />
      </Disclosure>
    </li>
  );
}
