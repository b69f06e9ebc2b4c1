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
  /** The shop's day now, which is sold only so far. */
  readonly today: string;
}

/**
 * Past and forecast days on one axis: what was sold, the mean, and the 50% and 80% ranges. Today
 * may be in both, sold as far as it has come and forecast as a whole.
 */
export function fanData({ history, points, format, t, today }: Fan): ChartData {
  const sold = new Map(history.map((point) => [point.day, point.units]));
  const ahead = new Map(points.map((point) => [point.day, point]));
  const days = [...new Set([...sold.keys(), ...ahead.keys()])].sort();
  const over = (pick: (point: ForecastPoint) => number) =>
    days.map((day) => {
      const point = ahead.get(day);
      return point ? pick(point) : null;
    });
  const read = (value: number) => fmt.count(format, value, value < 100 ? 1 : 0);
  const tick = (value: number) => fmt.compact(format, value);
  const past: Series = {
    name: t('forecast.history'),
    kind: 'line',
    tone: 1,
    values: days.map((day) => sold.get(day) ?? null),
    read,
    tick,
  };
  const mean: Series = {
    name: t('forecast.expected'),
    kind: 'line',
    ahead: true,
    tone: 3,
    values: over((point) => point.mean),
    read,
    tick,
  };
  return {
    days,
    dayTick: (day) => fmt.day(format, day, 'tick'),
    series: history.length > 0 ? [past, mean] : [mean],
    ...(sold.has(today) && { open: { day: today, name: t('chart.soFar') } }),
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
