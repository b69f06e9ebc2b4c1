import type { ExperimentMetric, ExperimentResults } from '@/api/types';
import * as fmt from '@/i18n/format';

type Unit = ExperimentMetric['unit'];
type Comparison = ExperimentMetric['comparisons'][number];
export type Reading = ExperimentResults['method'];

/** A metric's value in one arm. */
export function valueText(format: string, unit: Unit, value: number | null, currency: string) {
  if (value === null) return '–';
  if (unit === 'share') return fmt.percent(format, value);
  if (unit === 'money') return fmt.money(format, value, currency);
  return fmt.count(format, value, 3);
}

/** A change against the control: in per cent of it, or in the metric's own unit where it may be 0. */
export function effectText(
  format: string,
  unit: Unit,
  effect: number,
  relative: boolean,
  currency: string,
): string {
  if (relative || unit === 'share') {
    const digits = Math.abs(effect) < 0.1 ? 1 : 0;
    const points = fmt.signed(format, effect * 100, digits);
    return relative ? fmt.signedPercent(format, effect, digits) : points;
  }
  if (unit === 'money') {
    return fmt.signedMoney(format, effect, currency);
  }
  return fmt.signed(format, effect, 3);
}

/** The interval and the certainty of one way of reading. */
export function intervalOf(comparison: Comparison, reading: Reading) {
  const told = comparison[reading];
  return { low: told.low, high: told.high };
}

/** Whether the change is for the better, by the direction that the metric calls better. */
export function isGood(metric: Pick<ExperimentMetric, 'better'>, effect: number): boolean {
  return metric.better === 'higher' ? effect > 0 : effect < 0;
}

/** One scale for all arms of a metric, with 0 and every interval on it. */
export function scaleOf(intervals: ReadonlyArray<{ low: number; high: number }>): {
  low: number;
  high: number;
} {
  const finite = intervals.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const high = Math.max(0, ...finite);
  const pad = (high - low || 1) * 0.05;
  return { low: low - pad, high: high + pad };
}

/** Whole days from one moment to another. */
export function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000));
}
