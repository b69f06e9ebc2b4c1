import type { ChartData } from '@/ui/chart/types';

const DAYS = Array.from({ length: 40 }, (_, i) =>
  new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10),
);
const wave = (i: number) => 60 + 25 * Math.sin(i / 3) + (i % 7) * 3;
const ahead = (i: number, shift: number) =>
  i < 28 ? null : Math.max(wave(i) + shift * (i - 20) * 0.2, 0);

/** Sold, expected, both ranges and an empty shelf: everything a chart can show. */
export function sampleChart(words: {
  sold: string;
  expected: string;
  wide: string;
  narrow: string;
  shade: string;
}): ChartData {
  const read = (value: number) => value.toFixed(0);
  const band = { tone: 3, read } as const;
  return {
    days: DAYS,
    dayTick: (day) => day.slice(5),
    series: [
      {
        name: words.sold,
        kind: 'bar',
        tone: 1,
        values: DAYS.map((_, i) => (i < 28 ? wave(i) : null)),
        read,
        tick: read,
      },
      {
        name: words.expected,
        kind: 'line',
        tone: 3,
        values: DAYS.map((_, i) => ahead(i, 0)),
        read,
        tick: read,
      },
    ],
    bands: [
      {
        ...band,
        name: words.wide,
        strong: false,
        low: DAYS.map((_, i) => ahead(i, -8)),
        high: DAYS.map((_, i) => ahead(i, 9)),
      },
      {
        ...band,
        name: words.narrow,
        strong: true,
        low: DAYS.map((_, i) => ahead(i, -4)),
        high: DAYS.map((_, i) => ahead(i, 4)),
      },
    ],
    shade: { name: words.shade, on: DAYS.map((_, i) => i > 11 && i < 15) },
  };
}

export const SWATCHES = [
  'bg-page',
  'bg-surface',
  'bg-surface-2',
  'bg-surface-3',
  'bg-line',
  'bg-line-strong',
  'bg-ink-2',
  'bg-ink',
  'bg-accent',
  'bg-accent-strong',
  'bg-accent-soft',
  'bg-good',
  'bg-good-soft',
  'bg-warn',
  'bg-warn-soft',
  'bg-bad',
  'bg-bad-soft',
  'bg-chart-1',
  'bg-chart-2',
  'bg-chart-3',
] as const;
