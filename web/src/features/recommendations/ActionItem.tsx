'use client';

import type { ManagerAction } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge, type Tone } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { useReason } from '@/ui/states';
import { adviceText, placeOf } from './advice';
import { type Decision, useDecision } from './useActions';

const TONES: Record<ManagerAction['kind'], Tone> = {
  reorder: 'bad',
  promote: 'accent',
  reprice: 'warn',
  discontinue: 'neutral',
};

interface Props {
  action: ManagerAction;
  onDecided: (action: ManagerAction, decision: Decision) => void;
}

function Steps({ action, onDecided }: Props) {
  const { t } = useWords();
  const why = useReason();
  const decide = useDecision(action);
  const take = (decision: Decision) =>
    decide.mutate(decision, { onSuccess: () => onDecided(action, decision) });
  const of = (label: string) => ({ 'aria-label': `${label}: ${action.name}`, children: label });
  return (
    <div className="grid gap-2">
      {decide.error && (
        <Banner tone="bad" alert>
          {why(decide.error)}
        </Banner>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          small
          kind="primary"
          disabled={decide.isPending}
          onClick={() => take('accept')}
          {...of(t('advice.accept'))}
        />
        <Button
          small
          kind="quiet"
          disabled={decide.isPending}
          onClick={() => take('dismiss')}
          {...of(t('advice.dismiss'))}
        />
        <AppLink href={placeOf(action)} className="px-2 text-sm">
          {t(`advice.do.${action.kind}`)}
          <span className="sr-only">: {action.name}</span>
        </AppLink>
      </div>
    </div>
  );
}

/** Takes a decision back. */
export function Reopen({ action, label, onDecided }: Props & { label: string }) {
  const why = useReason();
  const decide = useDecision(action);
  return (
    <div className="grid gap-1">
      <Button
        small
        busy={decide.isPending}
        aria-label={`${label}: ${action.name}`}
        onClick={() => decide.mutate('reopen', { onSuccess: () => onDecided(action, 'reopen') })}
      >
        {label}
      </Button>
      {decide.error && (
        <p role="alert" className="text-bad text-sm">
          {why(decide.error)}
        </p>
      )}
    </div>
  );
}

/** One piece of advice: what to do, the money at stake, and what it rests on. */
export function ActionItem({ action, onDecided }: Props) {
  const { t, format } = useWords();
  return (
    <li className="grid gap-2 px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <div className="min-w-0">
          <h2 className="flex flex-wrap items-center gap-2 font-semibold text-base">
            <Badge tone={TONES[action.kind]}>{t(`advice.kind.${action.kind}`)}</Badge>
            <bdi>{action.name}</bdi>
          </h2>
          <p className="text-ink-2 text-sm">
            <bdi>{action.sku}</bdi>
            {action.category && ' · '}
            <bdi>{action.category}</bdi>
            {action.decided_at &&
              ` · ${t('advice.decided', { day: fmt.day(format, action.decided_at.slice(0, 10)) })}`}
          </p>
        </div>
        <p className="sm:text-end">
          <span className="block text-ink-2 text-xs">{t(`advice.stake.${action.stake}`)}</span>
          <strong className="figures font-semibold text-lg">
            {fmt.money(format, action.at_stake_minor, action.currency)}
          </strong>
        </p>
      </div>
      <p className="max-w-prose text-sm">{adviceText(action, t, format)}</p>
      {action.status === 'open' ? (
        <Steps action={action} onDecided={onDecided} />
      ) : (
        <div className="justify-self-start">
          <Reopen action={action} label={t('advice.reopen')} onDecided={onDecided} />
        </div>
      )}
    </li>
  );
}
