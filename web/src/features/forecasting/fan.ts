import type { ForecastPoint } from '@/api/types';
import * as fmt from '@/i18n/format';
import type { Translate } from '@/i18n/locale';
import type { ChartData, Series } from '@/ui/chart/types';

export interface History {
  readonly day: string;
  readonly units: number;
}

interface Fan {
  readonly history: readonly History[];
  readonly points: readonly ForecastPoint[];
  readonly format: string;
  readonly t: Translate;
}

/** Past days and forecast days on one axis: what was sold, the mean, and the 50% and 80% ranges. */
export function fanData({ history, points, format, t }: Fan): ChartData {
  const past = history.map(() => null);
  const ahead = points.map(() => null);
  const over = (pick: (point: ForecastPoint) => number) => [...past, ...points.map(pick)];
  const read = (value: number) => fmt.count(format, value, value < 100 ? 1 : 0);
  const tick = (value: number) => fmt.compact(format, value);
  const sold: Series = {
    name: t('forecast.history'),
    kind: 'line',
    tone: 1,
    values: [...history.map((point) => point.units), ...ahead],
    read,
    tick,
  };
  const mean: Series = {
    name: t('forecast.expected'),
    kind: 'line',
    tone: 3,
    values: over((point) => point.mean),
    read,
    tick,
  };
  return {
    days: [...history.map((point) => point.day), ...points.map((point) => point.day)],
    dayTick: (day) => fmt.day(format, day, 'tick'),
    series: history.length > 0 ? [sold, mean] : [mean],
    bands: [
      {
        name: t('col.range80'),
        tone: 3,
        strong: false,
        low: over((point) => point.q10),
        high: over((point) => point.q90),
        read,
      },
      {
        name: t('col.range50'),
        tone: 3,
        strong: true,
        low: over((point) => point.q25),
        high: over((point) => point.q75),
        read,
      },
    ],
  };
}
