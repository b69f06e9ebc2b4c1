'use client';

import { useQueryClient } from '@tanstack/react-query';
import { PageInsight } from '@/features/analyst/InsightCard';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Origins, Steps, Whole } from './BacktestTables';
import { ForecastTabs } from './ForecastTabs';
import { GroupsCard } from './GroupsCard';
import { useBacktest, useBacktests, useStartBacktest } from './useBacktest';

function Shown({ id }: { id: string }) {
  const { t, said, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const { data, error, refetch } = useBacktest(id);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  return (
    <div className="grid min-w-0 gap-4">
      <p className="text-ink-2 text-sm">
        {t('accuracy.lineage', {
          model: data.label,
          first: fmt.day(format, data.first_day),
          last: fmt.day(format, data.last_day),
          time: fmt.moment(format, data.made_at, timeZone),
        })}
      </p>
      <Whole backtest={data} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Steps backtest={data} />
        <Origins backtest={data} />
      </div>
      <GroupsCard id={id} />
      <Disclosure summary={t('accuracy.definitions')}>
        <dl className="grid max-w-prose gap-2 text-sm">
          {Object.entries(data.definitions ?? {}).map(([name, text]) => (
            <div key={name}>
              <dt className="font-medium">{name}</dt>
              <dd className="text-ink-2">
                <bdi>{said(`accuracy.${name}`, text)}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      </Disclosure>
    </div>
  );
}

export function AccuracyPage() {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const chosen = useParam('id');
  const { data, error, refetch } = useBacktests();
  const start = useStartBacktest();
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['backtests'] }));
  useLiveChannel('system', reread);
  const items = data?.items ?? [];
  const id = chosen ?? items[0]?.id;
  return (
    <>
      <ForecastTabs here="/accuracy/" />
      <PageTitle
        title={t('accuracy.title')}
        text={t('accuracy.text')}
        actions={
          <Button busy={start.isPending} onClick={() => start.mutate()}>
            {t('accuracy.start')}
          </Button>
        }
      />
      <PageInsight subject="forecasts" />
      {start.isSuccess && <Banner tone="good">{t('accuracy.asked')}</Banner>}
      {start.error && <ErrorState error={start.error} retry={() => start.mutate()} />}
      {items.length > 1 && id && (
        <div className="my-4 max-w-64">
          <SelectField
            label={t('accuracy.which')}
            value={id}
            options={items.map((item) => ({
              value: item.id,
              label: fmt.moment(format, item.made_at, timeZone),
            }))}
            onChange={(value) =>
              changeUrl({ id: value === items[0]?.id ? null : value, cursor: null })
            }
          />
        </div>
      )}
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-96" />}
      {data && !id && <EmptyState title={t('accuracy.none')} text={t('accuracy.none.text')} />}
      {id && <Shown key={id} id={id} />}
    </>
  );
}
