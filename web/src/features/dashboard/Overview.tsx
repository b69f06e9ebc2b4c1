'use client';

import type { Summary } from '@/api/types';
import { InsightCard } from '@/features/analyst/InsightCard';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Notes } from '@/ui/Notes';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Loading } from '@/ui/states';
import { ChangesCard } from './ChangesCard';
import { DashboardTabs } from './DashboardTabs';
import { DemandForecast } from './DemandForecast';
import { LowStock } from './LowStock';
import { MetricTiles } from './MetricTiles';
import { SalesChart } from './SalesChart';
import { TopProducts } from './TopProducts';
import { useLiveSummary } from './useLiveSummary';
import { useSummary } from './useSummary';

const RANGES = [7, 30, 90, 365];

function Panels({ summary, days, stale }: { summary: Summary; days: number; stale: boolean }) {
  const { t } = useWords();
  useLiveSummary(summary.shop.currency);
  return (
    <div className={`grid gap-4 transition-opacity ${stale ? 'opacity-60' : ''}`}>
      <MetricTiles summary={summary} scope={stale ? 'stale' : String(days)} />
      <div className="grid gap-4 xl:grid-cols-2">
        <SalesChart summary={summary} />
        <DemandForecast summary={summary} />
      </div>
      <ChangesCard />
      <InsightCard subject="shop" />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <LowStock summary={summary} />
        <TopProducts summary={summary} />
      </div>
      <Notes title={t('dashboard.notes')} notes={summary.notes} />
    </div>
  );
}

export function Overview() {
  const { t, format } = useWords();
  const days = oneOfNumbers(useParam('days'), RANGES, 30);
  const { data, error, refetch, isPlaceholderData } = useSummary(days);
  const period =
    data &&
    t('dashboard.period', {
      from: fmt.day(format, data.range.from),
      to: fmt.day(format, data.range.to),
    });
  return (
    <>
      <DashboardTabs here="/" />
      <PageTitle
        title={t('dashboard.title')}
        text={period ?? ' '}
        actions={
          <Segmented
            label={t('dashboard.range')}
            value={days}
            options={RANGES.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
            onChange={(n) => changeUrl({ days: n === 30 ? null : String(n) })}
          />
        }
      />
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {data ? (
        <Panels summary={data} days={days} stale={isPlaceholderData} />
      ) : (
        !error && <Loading className="h-[36rem]" />
      )}
    </>
  );
}
