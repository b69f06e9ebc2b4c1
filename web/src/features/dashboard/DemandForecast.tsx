'use client';

import { useMemo } from 'react';
import type { Summary } from '@/api/types';
import { fanData } from '@/features/forecasting/fan';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { EmptyState } from '@/ui/states';

const HISTORY_SHOWN = 45;
const DAYS_AHEAD_SHOWN = 30;

export function DemandForecast({ summary }: { summary: Summary }) {
  const { t, format } = useWords();
  const forecast = summary.demand_forecast;
  const today = fmt.today(summary.shop.time_zone);
  const data = useMemo(
    () =>
      forecast &&
      fanData({
        history: forecast.history.slice(-HISTORY_SHOWN),
        points: forecast.points.slice(0, DAYS_AHEAD_SHOWN),
        format,
        t,
        today,
      }),
    [forecast, format, t, today],
  );
  const made =
    forecast &&
    t('forecast.madeAt', {
      model: forecast.model,
      time: fmt.moment(format, forecast.made_at, summary.shop.time_zone),
    });
  return (
    <Card title={t('dashboard.forecast')} text={t('dashboard.byDay')}>
      {forecast && data ? (
        <Chart title={t('dashboard.forecast')} data={data} {...(made && { footnote: made })} />
      ) : (
        <EmptyState title={t('dashboard.forecast.none')} />
      )}
    </Card>
  );
}
