'use client';

import { useMemo } from 'react';
import type { Forecast } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { Notes } from '@/ui/Notes';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { fanData, type History } from './fan';
import { useForecast } from './useForecast';

const HORIZONS = [7, 30, 90];

interface FanProps {
  forecast: Forecast;
  history: readonly History[];
  timeZone: string;
}

function Fan({ forecast, history, timeZone }: FanProps) {
  const { t, format } = useWords();
  const today = fmt.today(timeZone);
  const data = useMemo(
    () => fanData({ history, points: forecast.points, format, t, today }),
    [history, forecast, format, t, today],
  );
  const { points } = forecast;
  const total = points.reduce((sum, point) => sum + point.mean, 0);
  return (
    <>
      <p className="figures mb-2 text-sm">
        <span className="text-ink-2">{t('forecast.total', { n: points.length })}: </span>
        <strong className="font-semibold text-lg">
          {t('proposal.units', { n: Math.round(total) })}
        </strong>
      </p>
      <Chart
        title={t('forecast.title')}
        data={data}
        footnote={t('forecast.madeAt', {
          model: forecast.label || forecast.model,
          time: fmt.moment(format, forecast.made_at, timeZone),
        })}
      />
      <Notes title={t('proposal.assumptions')} notes={forecast.notes} />
    </>
  );
}

interface Props {
  productId: string;
  history: readonly History[];
  timeZone: string;
}

export function ForecastCard({ productId, history, timeZone }: Props) {
  const { t } = useWords();
  const days = oneOfNumbers(useParam('horizon'), HORIZONS, 30);
  const { data, error, refetch, isPlaceholderData } = useForecast(productId, days);
  return (
    <Card
      title={t('forecast.title')}
      actions={
        <Segmented
          label={t('forecast.horizon')}
          value={days}
          options={HORIZONS.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
          onChange={(n) => changeUrl({ horizon: n === 30 ? null : String(n) })}
        />
      }
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && data === undefined && <Loading className="h-80" />}
      {data === null && <EmptyState title={t('forecast.none')} />}
      {!error && data && (
        <div className={isPlaceholderData ? 'opacity-60' : ''}>
          <Fan forecast={data} history={history} timeZone={timeZone} />
        </div>
      )}
    </Card>
  );
}
