'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Alert } from '@/api/types';
import { PageInsight } from '@/features/analyst/InsightCard';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { announce } from '@/ui/Announcer';
import { DoneBar } from '@/ui/DoneBar';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { AlertCard } from './AlertCard';
import { Reopen } from './AlertSteps';
import { AlertTabs } from './AlertTabs';
import { ALERTS_KEY, KINDS, STATES, type Step, useAlerts } from './useAlerts';

/** Reads the list again as alerts open and change; only new ones are read out. */
function useLiveAlerts() {
  const { t } = useWords();
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ALERTS_KEY }));
  useLiveChannel('alerts', (message) => {
    if (message.event === 'alert.opened') announce(t('alerts.new'));
    reread();
  });
}

interface Taken {
  readonly alert: Alert;
  readonly what: Exclude<Step['what'], 'acknowledge'>;
}

/** What was just done with an alert that left its list, and how to take it back. */
function Done({ taken, onTaken }: { taken: Taken | null; onTaken: (taken: Taken) => void }) {
  const { t, said } = useWords();
  if (!taken) return <DoneBar>{null}</DoneBar>;
  const { alert, what } = taken;
  const rule = said(`alert.rule.${alert.rule_id}`, alert.rule);
  const name = alert.subject_name ? `${rule}: ${alert.subject_name}` : rule;
  return (
    <DoneBar
      action={
        what !== 'reopen' && (
          <Reopen
            alert={alert}
            label={t('action.undo')}
            onTaken={() => onTaken({ alert, what: 'reopen' })}
          />
        )
      }
    >
      {t(`alerts.done.${what}`, { name })}
    </DoneBar>
  );
}

export function AlertsPage() {
  const { t } = useWords();
  const [taken, setTaken] = useState<Taken | null>(null);
  const state = oneOf(useParam('state'), STATES);
  const kind = oneOf(useParam('kind'), ['', ...KINDS]);
  const list = useAlerts({ state, kind });
  useLiveAlerts();
  return (
    <>
      <AlertTabs here="/alerts/" />
      <PageTitle title={t('alerts.title')} text={t('alerts.text')} />
      <PageInsight subject="alerts" />
      <ListTools
        rows={list}
        label={t('alerts.title')}
        name="alerts"
        usual={t('list.usual.stake')}
        orders={[
          ['created_at', t('list.opened')],
          ['loss_minor', t('replenish.stake')],
          ['subject', t('list.subject')],
          ['kind', t('alerts.about')],
        ]}
      >
        <SelectField
          label={t('alerts.show')}
          value={state}
          options={STATES.map((value) => ({ value, label: t(`alerts.state.${value}`) }))}
          onChange={(value) =>
            changeUrl({ state: value === 'active' ? null : value, cursor: null })
          }
        />
        <SelectField
          label={t('alerts.about')}
          value={kind}
          options={[
            { value: '', label: t('list.all') },
            ...KINDS.map((value) => ({ value, label: t(`alerts.kind.${value}`) })),
          ]}
          onChange={(value) => changeUrl({ kind: value, cursor: null })}
        />
      </ListTools>
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} text={t('list.none.text')} />
          ) : (
            <EmptyState
              icon="check"
              title={t(state === 'active' ? 'alerts.none' : 'alerts.none.here')}
              text={t(state === 'active' && !kind ? 'alerts.none.text' : 'list.none.text')}
            />
          )
        }
      >
        {(rows, stale) => (
          <ul
            aria-label={t('alerts.title')}
            className={`divide-y divide-line ${stale ? 'opacity-60' : ''}`}
          >
            {rows.map((alert) => (
              <AlertCard
                key={alert.id}
                alert={alert}
                onTaken={(alert, { what }) =>
                  setTaken(what === 'acknowledge' ? null : { alert, what })
                }
              />
            ))}
          </ul>
        )}
      </Listing>
      <Done taken={taken} onTaken={setTaken} />
    </>
  );
}
