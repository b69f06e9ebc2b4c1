'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Loading } from '@/ui/states';
import { Tiles } from '@/ui/Tiles';
import { AnomaliesCard } from './AnomaliesCard';
import { FunnelCard, MinutesCard } from './MinutesCard';
import { SessionsCard } from './SessionsCard';
import { TrendingCard } from './TrendingCard';
import { type LiveFigures, STREAMING_KEY, useLiveFigures } from './useStreaming';

const WINDOWS = [15, 60, 180];

function Figures({ figures }: { figures: LiveFigures }) {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const { currency } = figures;
  const count = (value: number) => fmt.count(format, value);
  const window = t('live.window', { n: figures.minutes });
  return (
    <div className="grid gap-4">
      <Tiles
        label={t('dashboard.metrics')}
        tiles={[
          {
            name: t('live.now'),
            value: count(figures.active_5_minutes),
            note: t('live.now.note', { n: figures.active_30_minutes }),
          },
          {
            name: t('col.revenue'),
            value: fmt.money(format, figures.revenue_minor, currency),
            note: t('live.perMinute', {
              amount: fmt.money(format, figures.revenue_per_minute_minor, currency),
            }),
          },
          { name: t('col.orders'), value: count(figures.orders), note: window },
          {
            name: t('live.events'),
            value: count(figures.events),
            note: t('live.late', { n: figures.late_events, lost: figures.too_late_events }),
          },
        ]}
      />
      <p className="text-ink-2 text-sm">
        {t('live.asOf', { time: fmt.clock(format, figures.as_of, timeZone) })}
      </p>
      <MinutesCard figures={figures} />
    </div>
  );
}

/** What happens in the shop at this minute. */
export function StreamingPage() {
  const { t } = useWords();
  const minutes = oneOfNumbers(useParam('minutes'), WINDOWS, 60);
  const { data, error, refetch, isPlaceholderData } = useLiveFigures(minutes);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: STREAMING_KEY }));
  useLiveChannel('streaming', reread);
  return (
    <>
      <PageTitle
        title={t('live.title')}
        text={t('live.text')}
        actions={
          <Segmented
            label={t('dashboard.range')}
            value={minutes}
            options={WINDOWS.map((n) => ({ value: n, label: t('jobs.minutes', { n }) }))}
            onChange={(n) => changeUrl({ minutes: n === 60 ? null : String(n) })}
          />
        }
      />
      <InOrder className="grid gap-4">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data && (
          <div className={isPlaceholderData ? 'opacity-60' : ''}>
            <Figures figures={data} />
          </div>
        )}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          {data ? <FunnelCard figures={data} /> : <Card title={t('live.funnel')}>…</Card>}
          <SessionsCard />
        </div>
        <TrendingCard minutes={minutes} />
        <AnomaliesCard />
      </InOrder>
    </>
  );
}
