'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { announce } from '@/ui/Announcer';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { AlertCard } from './AlertCard';
import { AlertTabs } from './AlertTabs';
import { ALERTS_KEY, KINDS, STATES, useAlerts } from './useAlerts';

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

export function AlertsPage() {
  const { t } = useWords();
  const state = oneOf(useParam('state'), STATES);
  const kind = oneOf(useParam('kind'), ['', ...KINDS]);
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useAlerts({ state, kind }, cursor);
  useLiveAlerts();
  return (
    <>
      <AlertTabs here="/alerts/" />
      <PageTitle title={t('alerts.title')} text={t('alerts.text')} />
      <div className="mb-4 grid gap-3 sm:grid-cols-[12rem_16rem]">
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
      </div>
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data?.items.length === 0 && (
          <EmptyState
            icon="check"
            title={t(state === 'active' ? 'alerts.none' : 'alerts.none.here')}
            text={t(state === 'active' && !kind ? 'alerts.none.text' : 'list.none.text')}
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <ul
              aria-label={t('alerts.title')}
              className={`divide-y divide-line ${isPlaceholderData ? 'opacity-60' : ''}`}
            >
              {data.items.map((alert) => (
                <AlertCard key={alert.id} alert={alert} />
              ))}
            </ul>
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
    </>
  );
}
