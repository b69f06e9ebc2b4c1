'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ManagerAction } from '@/api/types';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { ActionItem } from './ActionItem';
import { placeOf } from './advice';
import { ACTION_KINDS, ACTION_STATES, ACTIONS_KEY, type Decision, useActions } from './useActions';

interface Decided {
  readonly action: ManagerAction;
  readonly decision: Decision;
}

/** What was just decided, and where an accepted one is done: accepting alone changes nothing. */
function Done({ action, decision }: Decided) {
  const { t } = useWords();
  return (
    <div role="status" className="mb-4">
      <Banner
        tone="good"
        action={
          decision === 'accept' && (
            <AppLink href={placeOf(action)} className="text-sm">
              {t(`advice.do.${action.kind}`)}
            </AppLink>
          )
        }
      >
        {t(`advice.done.${decision}`, { name: action.name })}
      </Banner>
    </div>
  );
}

export function ActionsPage() {
  const { t } = useWords();
  const status = oneOf(useParam('status'), ACTION_STATES);
  const kind = oneOf(useParam('kind'), ['', ...ACTION_KINDS]);
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useActions({ kind, status }, cursor);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ACTIONS_KEY }));
  useLiveChannel('recommendations', reread);
  const [decided, setDecided] = useState<Decided | null>(null);
  return (
    <>
      <PageTitle
        title={t('nav.recommendations')}
        text={t('advice.title.text')}
        actions={
          <AppLink href="/recommendations/preview/" className="text-sm">
            {t('preview.title')}
          </AppLink>
        }
      />
      {decided && <Done {...decided} />}
      <div className="mb-4 grid gap-3 sm:grid-cols-[12rem_16rem]">
        <SelectField
          label={t('alerts.show')}
          value={status}
          options={ACTION_STATES.map((value) => ({ value, label: t(`advice.status.${value}`) }))}
          onChange={(value) => changeUrl({ status: value === 'open' ? null : value, cursor: null })}
        />
        <SelectField
          label={t('advice.kind')}
          value={kind}
          options={[
            { value: '', label: t('list.all') },
            ...ACTION_KINDS.map((value) => ({ value, label: t(`advice.kind.${value}`) })),
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
            title={t(status === 'open' ? 'advice.none' : 'advice.none.here')}
            text={t(status === 'open' && !kind ? 'advice.none.text' : 'list.none.text')}
          />
        )}
        {!error && data && data.items.length > 0 && (
          <>
            <ul
              aria-label={t('nav.recommendations')}
              className={`divide-y divide-line ${isPlaceholderData ? 'opacity-60' : ''}`}
            >
              {data.items.map((action) => (
                <ActionItem
                  key={action.id}
                  action={action}
                  onDecided={(what, decision) => setDecided({ action: what, decision })}
                />
              ))}
            </ul>
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
      <p className="mt-2 max-w-prose text-ink-2 text-sm">{t('advice.stake.hint')}</p>
    </>
  );
}
