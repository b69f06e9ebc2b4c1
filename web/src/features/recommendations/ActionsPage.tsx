'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ManagerAction } from '@/api/types';
import { PageInsight } from '@/features/analyst/InsightCard';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Pager } from '@/shell/Pager';
import { useSort } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { DoneBar } from '@/ui/DoneBar';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { ActionItem, Reopen } from './ActionItem';
import { placeOf } from './advice';
import {
  ACTION_KINDS,
  ACTION_STATES,
  ACTIONS_KEY,
  actionsFile,
  type Decision,
  SORTS,
  useActions,
} from './useActions';

interface Decided {
  readonly action: ManagerAction;
  readonly decision: Decision;
}

type OnDecided = (action: ManagerAction, decision: Decision) => void;

/** What was just decided, how to take it back, and where an accepted one is done: accepting alone changes nothing. */
function Done({ action, decision, onDecided }: Decided & { onDecided: OnDecided }) {
  const { t } = useWords();
  return (
    <DoneBar
      action={
        <span className="flex flex-wrap items-center gap-3">
          {decision === 'accept' && (
            <AppLink href={placeOf(action)} className="text-sm">
              {t(`advice.do.${action.kind}`)}
            </AppLink>
          )}
          {decision !== 'reopen' && (
            <Reopen action={action} label={t('action.undo')} onDecided={onDecided} />
          )}
        </span>
      }
    >
      {t(`advice.done.${decision}`, { name: action.name })}
    </DoneBar>
  );
}

export function ActionsPage() {
  const { t } = useWords();
  const status = oneOf(useParam('status'), ACTION_STATES);
  const kind = oneOf(useParam('kind'), ['', ...ACTION_KINDS]);
  const cursor = useParam('cursor');
  const { sort, onSort } = useSort(SORTS);
  const filters = { kind, status, sort };
  const { data, error, refetch, isPlaceholderData } = useActions(filters, cursor);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ACTIONS_KEY }));
  useLiveChannel('recommendations', reread);
  const [decided, setDecided] = useState<Decided | null>(null);
  const onDecided: OnDecided = (action, decision) => setDecided({ action, decision });
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
      <PageInsight subject="advice" />
      <div className="mb-4 grid grid-cols-2 items-end gap-3 sm:grid-cols-[repeat(3,minmax(0,12rem))_1fr]">
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
        <SelectField
          label={t('products.sort')}
          value={sort}
          options={SORTS.map((value) => ({
            value,
            label: t(value === 'at_stake' ? 'advice.sort.least' : 'advice.sort.most'),
          }))}
          onChange={onSort}
        />
        <div className="justify-self-end">
          <ExportButton name="advice" file={() => actionsFile(filters)} />
        </div>
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
                <ActionItem key={action.id} action={action} onDecided={onDecided} />
              ))}
            </ul>
            <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
      <p className="mt-2 max-w-prose text-ink-2 text-sm">{t('advice.stake.hint')}</p>
      {decided ? <Done {...decided} onDecided={onDecided} /> : <DoneBar>{null}</DoneBar>}
    </>
  );
}
