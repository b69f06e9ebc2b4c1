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
  const { t, format, locale } = useWords();
  const forecast = summary.demand_forecast;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `t` changes with the locale
  const data = useMemo(
    () =>
      forecast &&
      fanData({ history: forecast.history.slice(-HISTORY_SHOWN), points: forecast.points, format, t }),
    [forecast, format, locale],
  );
  return (
    <Card title={t('dashboard.forecast')} text={t('dashboard.forecast.text')}>
      {forecast && data ? (
        <>
          <Chart title={t('dashboard.forecast')} data={data} />
          <p className="text-ink-2 text-xs">
            {t('forecast.madeAt', {
              model: forecast.model,
              time: fmt.moment(format, forecast.made_at, summary.shop.time_zone),
            })}
          </p>
        </>
      ) : (
        <EmptyState title={t('dashboard.forecast.none')} />
      )}
    </Card>
  );
}
