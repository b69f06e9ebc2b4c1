import type { ChartData, ChartTone } from './types';

export interface Reading {
  readonly name: string;
  readonly tone: ChartTone;
  readonly mark: 'line' | 'bar' | 'band' | 'faint';
  readonly value: string | null;
}

/** What each series says at one day; at no day, the legend. */
export function readings(data: ChartData, index: number | null): Reading[] {
  const at = <T>(values: readonly T[]): T | undefined =>
    index === null ? undefined : values[index];
  const marks = data.series.map((series): Reading => {
    const value = at(series.values) ?? null;
    return {
      name: series.name,
      tone: series.tone,
      mark: series.kind === 'bar' ? 'bar' : 'line',
      value: value === null ? null : series.read(value),
    };
  });
  const bands = (data.bands ?? []).map((band): Reading => {
    const low = at(band.low) ?? null;
    const high = at(band.high) ?? null;
    const value = low === null || high === null ? null : `${band.read(low)} – ${band.read(high)}`;
    return { name: band.name, tone: band.tone, mark: band.strong ? 'band' : 'faint', value };
  });
  return [...marks, ...bands];
}

/** One day in words, for screen readers. */
export function sentence(data: ChartData, index: number, day: string): string {
  const parts = readings(data, index)
    .filter((reading) => reading.value !== null)
    .map((reading) => `${reading.name} ${reading.value}`);
  if (data.shade?.on[index]) parts.push(data.shade.name);
  if (data.open && data.days[index] === data.open.day) parts.push(data.open.name);
  return `${day}: ${parts.join(', ')}`;
}

/** Where a key leads to from `index`, or undefined for a key that means nothing here. */
export function step(key: string, index: number | null, length: number): number | null | undefined {
  const last = length - 1;
  const from = index ?? last + 1;
  const clamp = (to: number) => Math.min(Math.max(to, 0), last);
  if (key === 'ArrowLeft' || key === 'ArrowDown') return clamp(from - 1);
  if (key === 'ArrowRight' || key === 'ArrowUp') return clamp(index === null ? 0 : index + 1);
  if (key === 'PageUp') return clamp(from - 7);
  if (key === 'PageDown') return clamp((index ?? 0) + 7);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'Escape') return null;
  return undefined;
}
