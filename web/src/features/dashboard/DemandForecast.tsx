'use client';

import { useMemo } from 'react';
import type { Summary } from '@/api/types';
import { fanData } from '@/features/forecasting/fan';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { EmptyState } from '@/ui/states';

const HISTORY_SHOWN = 60;

export function DemandForecast({ summary }: { summary: Summary }) {
  const { t, format } = useWords();
  const forecast = summary.demand_forecast;
  const data = useMemo(
    () =>
      forecast &&
      fanData({
        history: forecast.history.slice(-HISTORY_SHOWN),
        points: forecast.points,
        format,
        t,
      }),
    [forecast, format, t],
  );
  const made =
    forecast &&
    t('forecast.madeAt', {
      model: forecast.model,
      time: fmt.moment(format, forecast.made_at, summary.shop.time_zone),
    });
  return (
    <Card title={t('dashboard.forecast')} {...(made && { text: made })}>
      {forecast && data ? (
        <Chart title={t('dashboard.forecast')} data={data} />
      ) : (
        <EmptyState title={t('dashboard.forecast.none')} />
      )}
    </Card>
  );
}
