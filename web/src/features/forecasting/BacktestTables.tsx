'use client';

import { useMemo } from 'react';
import type { Backtest, BacktestFigures } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData, ChartTone } from '@/ui/chart/types';
import { type Column, Table } from '@/ui/Table';
import { figureColumns, share, signedShare } from './figures';

interface Row {
  name: string;
  figures: BacktestFigures;
}

/** All products over the whole horizon and in its parts, and the shop as one series. */
export function Whole({ backtest }: { backtest: Backtest }) {
  const { t, format } = useWords();
  const days = (first: number, last: number) => t('accuracy.days', { first, last });
  const rows: Row[] = [
    { name: days(1, backtest.horizon_days), figures: backtest.all.whole },
    ...backtest.all.parts.map(({ first, last, figures }) => ({ name: days(first, last), figures })),
    ...(backtest.total ? [{ name: t('accuracy.total'), figures: backtest.total.whole }] : []),
  ];
  const columns: Column<Row>[] = [
    { key: 'name', head: t('accuracy.horizon'), names: true, cell: (row) => row.name },
    ...figureColumns<Row>(t, format, (row) => row.figures),
  ];
  return (
    <Card title={t('accuracy.all')} flush>
      <Table label={t('accuracy.all')} columns={columns} rows={rows} rowKey={(row) => row.name} />
    </Card>
  );
}

type Origin = Backtest['all']['by_origin'][number];

/** How much the figures differ from one origin to another: the less, the more to rely on. */
export function Origins({ backtest }: { backtest: Backtest }) {
  const { t, format } = useWords();
  const columns: Column<Origin>[] = [
    {
      key: 'day',
      head: t('accuracy.origin'),
      names: true,
      cell: (row) => fmt.day(format, row.forecast_date),
    },
    {
      key: 'wape',
      head: t('accuracy.wape'),
      figure: true,
      cell: (row) => share(format, row.wape),
    },
    {
      key: 'bias',
      head: t('accuracy.bias'),
      figure: true,
      cell: (row) => signedShare(format, row.bias),
    },
    {
      key: 'coverage',
      head: t('accuracy.coverage'),
      figure: true,
      from: 'sm',
      cell: (row) => share(format, row.coverage_80),
    },
    {
      key: 'added',
      head: t('accuracy.added'),
      figure: true,
      cell: (row) => signedShare(format, row.value_added),
    },
  ];
  return (
    <Card title={t('accuracy.byOrigin')} flush>
      <Table
        label={t('accuracy.byOrigin')}
        columns={columns}
        rows={backtest.all.by_origin}
        rowKey={(row) => row.forecast_date}
      />
    </Card>
  );
}

/** The error at each day ahead, beside that of repeating last week. */
export function Steps({ backtest }: { backtest: Backtest }) {
  const { t, format } = useWords();
  const data = useMemo<ChartData>(() => {
    const line = (name: string, tone: ChartTone, values: (number | null)[]) => ({
      name,
      kind: 'line' as const,
      tone,
      values,
      read: (value: number) => fmt.percent(format, value),
      tick: (value: number) => fmt.percent(format, value, 0),
    });
    const { steps } = backtest;
    return {
      days: steps.map((step) => String(step.day)),
      dayTick: (day) => fmt.count(format, Number(day)),
      point: {
        head: t('accuracy.step'),
        name: (day) => t('accuracy.stepName', { n: Number(day) }),
      },
      series: [
        line(
          t('accuracy.forecast'),
          1,
          steps.map((step) => step.wape),
        ),
        line(
          t('accuracy.naive'),
          2,
          steps.map((step) => step.naive_wape),
        ),
      ],
    };
  }, [backtest, format, t]);
  return (
    <Card title={t('accuracy.byStep')}>
      <Chart title={t('accuracy.byStep')} data={data} />
    </Card>
  );
}
