'use client';

import type { Changes } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { oneOf, oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { SelectField, TextField } from '@/ui/Field';
import { Notes } from '@/ui/Notes';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { CauseItem } from './CauseItem';
import { InShort, usePeriod } from './ChangesCard';
import { ChangesChart } from './ChangesChart';
import { keyOf } from './causes';
import { DashboardTabs } from './DashboardTabs';
import { AGAINST, type ChangesAsked, METRICS, useChanges } from './useChanges';

const DAYS = [1, 7, 28, 90];
const USUAL = 7;

/** What is asked, from the address; days of one's own are there once either of them is. */
function useAsked(): ChangesAsked & { readonly own: boolean } {
  const metric = oneOf(useParam('metric'), METRICS);
  const against = oneOf(useParam('against'), AGAINST);
  const period = useParam('days');
  const from = useParam('from') ?? '';
  const to = useParam('to') ?? '';
  const own = period === 'own';
  const days = oneOfNumbers(period, DAYS, USUAL);
  return own
    ? { metric, against, days, own, ...(from && { from }), ...(to && { to }) }
    : { metric, against, days, own };
}

function Period({ asked }: { asked: ReturnType<typeof useAsked> }) {
  const { t } = useWords();
  return (
    <div className="mb-4 grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <SelectField
        label={t('changes.days')}
        value={asked.own ? 'own' : String(asked.days)}
        options={[
          ...DAYS.map((n) => ({ value: String(n), label: t('changes.last', { n }) })),
          { value: 'own', label: t('changes.own') },
        ]}
        onChange={(days) =>
          changeUrl({ days: days === String(USUAL) ? null : days, from: null, to: null })
        }
      />
      {asked.own && (
        <>
          <TextField
            label={t('changes.from')}
            type="date"
            value={asked.from ?? ''}
            max={asked.to}
            onChange={(event) => changeUrl({ from: event.target.value })}
          />
          <TextField
            label={t('changes.to')}
            type="date"
            value={asked.to ?? ''}
            min={asked.from}
            onChange={(event) => changeUrl({ to: event.target.value })}
          />
        </>
      )}
      <SelectField
        label={t('changes.against')}
        value={asked.against}
        options={AGAINST.map((value) => ({ value, label: t(`changes.against.${value}`) }))}
        onChange={(value) => changeUrl({ against: value === AGAINST[0] ? null : value })}
      />
    </div>
  );
}

function Explained({ changes, stale }: { changes: Changes; stale: boolean }) {
  const { t } = useWords();
  return (
    <div className={`grid gap-4 transition-opacity ${stale ? 'opacity-60' : ''}`}>
      <Card title={t('changes.short')}>
        <InShort changes={changes} />
      </Card>
      {changes.causes.length === 0 ? (
        <Card title={t('changes.parts')}>
          <EmptyState title={t('changes.none')} />
        </Card>
      ) : (
        <>
          <Card title={t('changes.parts')} text={t('changes.parts.text')}>
            <ChangesChart changes={changes} />
          </Card>
          <Card title={t('changes.each')} flush>
            <ul className="divide-y divide-line">
              {changes.causes.map((cause) => (
                <CauseItem key={keyOf(cause)} cause={cause} changes={changes} />
              ))}
            </ul>
          </Card>
        </>
      )}
      <Notes title={t('dashboard.notes')} notes={changes.notes} />
    </div>
  );
}

export function ChangesPage() {
  const { t } = useWords();
  const asked = useAsked();
  const { own, ...question } = asked;
  const ready = !own || (question.from !== undefined && question.to !== undefined);
  const { data, error, refetch, isPlaceholderData } = useChanges(question, ready);
  const period = usePeriod();
  return (
    <>
      <DashboardTabs here="/dashboard/changes/" />
      <PageTitle
        title={t('changes.title')}
        text={data && ready ? period(data) : ' '}
        actions={
          <Segmented
            label={t('changes.metric')}
            value={asked.metric}
            options={METRICS.map((value) => ({ value, label: t(`changes.metric.${value}`) }))}
            onChange={(value) => changeUrl({ metric: value === METRICS[0] ? null : value })}
          />
        }
      />
      <Period asked={asked} />
      {!ready && <EmptyState title={t('changes.choose')} />}
      {ready && error && <ErrorState error={error} retry={() => void refetch()} />}
      {ready && !error && !data && <Loading className="h-[36rem]" />}
      {ready && !error && data && <Explained changes={data} stale={isPlaceholderData} />}
    </>
  );
}
