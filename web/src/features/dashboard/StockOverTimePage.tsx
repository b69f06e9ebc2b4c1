'use client';

import { useMemo } from 'react';
import type { StockGraph } from '@/api/types';
import { LocationFilter } from '@/features/inventory/LocationFilter';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData } from '@/ui/chart/types';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Tiles } from '@/ui/Tiles';
import { DashboardTabs } from './DashboardTabs';
import { useFirstDay } from './useSoldProducts';
import { stockFile, useStockGraph } from './useStockGraph';

const RANGES = [30, 90, 365];
const USUAL = 90;

function Figures({ graph }: { graph: StockGraph }) {
  const { t, format } = useWords();
  const last = graph.points.at(-1);
  const mean = graph.points.reduce((sum, point) => sum + point.in_stock, 0) / graph.points.length;
  return (
    <Tiles
      label={t('stockGraph.title')}
      tiles={[
        {
          name: t('stockGraph.now'),
          value: fmt.count(format, graph.on_hand_now ?? last?.on_hand ?? 0),
        },
        {
          name: t('stockGraph.value'),
          value:
            graph.value_minor_now === null
              ? '–'
              : fmt.money(format, graph.value_minor_now, graph.currency, 'whole'),
        },
        {
          name: t('stockGraph.lastOut'),
          value: fmt.count(format, last?.out_of_stock ?? 0),
          note: t('stockGraph.ofProducts', { n: last?.products ?? 0 }),
        },
        {
          name: t('stockGraph.meanInStock'),
          value: fmt.percent(format, mean),
          note: t('stockGraph.inStock.why'),
        },
      ]}
    />
  );
}

function Graphs({ graph }: { graph: StockGraph }) {
  const { t, format } = useWords();
  const { points } = graph;
  const [pieces, shelves] = useMemo<[ChartData, ChartData]>(() => {
    const days = points.map((point) => point.day);
    const dayTick = (day: string) => fmt.day(format, day, points.length > 180 ? 'month' : 'tick');
    const count = (value: number) => fmt.count(format, value);
    const compact = (value: number) => fmt.compact(format, value);
    return [
      {
        days,
        dayTick,
        series: [
          {
            name: t('stockGraph.pieces'),
            kind: 'line',
            tone: 1,
            values: points.map((point) => point.on_hand),
            read: count,
            tick: compact,
          },
        ],
      },
      {
        days,
        dayTick,
        series: [
          {
            name: t('stockGraph.out'),
            kind: 'bar',
            tone: 2,
            values: points.map((point) => point.out_of_stock),
            read: count,
            tick: compact,
          },
          {
            name: t('stockGraph.outTime'),
            kind: 'line',
            tone: 3,
            second: true,
            values: points.map((point) => 1 - point.in_stock),
            read: (value) => fmt.percent(format, value),
            tick: (value) => fmt.percent(format, value),
          },
        ],
      },
    ];
  }, [points, format, t]);
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Card title={t('stockGraph.pieces')} text={t('stockGraph.text')}>
        <Chart title={t('stockGraph.pieces')} data={pieces} />
      </Card>
      <Card title={t('stockGraph.shelves')} text={t('stockGraph.text')}>
        <Chart title={t('stockGraph.shelves')} data={shelves} />
      </Card>
    </div>
  );
}

export function StockOverTimePage() {
  const { t } = useWords();
  const days = oneOfNumbers(useParam('days'), RANGES, USUAL);
  const location = useParam('location') ?? '';
  const from = useFirstDay(days);
  const { data, error, refetch, isPlaceholderData } = useStockGraph(from, location);
  return (
    <>
      <DashboardTabs here="/dashboard/stock/" />
      <PageTitle
        title={t('stockGraph.title')}
        text={t('stockGraph.text')}
        actions={
          <Segmented
            label={t('dashboard.range')}
            value={days}
            options={RANGES.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
            onChange={(n) => changeUrl({ days: n === USUAL ? null : String(n) })}
          />
        }
      />
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div className="w-full max-w-56">
          <LocationFilter value={location} />
        </div>
        <ExportButton name="stock-over-time" file={() => stockFile(from, location)} />
      </div>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-[28rem]" />}
      {!error && data?.points.length === 0 && (
        <EmptyState title={t('stockGraph.none')} text={t('stockGraph.none.text')} />
      )}
      {!error && data && data.points.length > 0 && (
        <div className={`grid gap-4 transition-opacity ${isPlaceholderData ? 'opacity-60' : ''}`}>
          <Figures graph={data} />
          <Graphs graph={data} />
        </div>
      )}
    </>
  );
}
