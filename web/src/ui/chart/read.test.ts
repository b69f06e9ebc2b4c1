import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOption } from './option';
import { readings, sentence, step } from './read';
import type { ChartData } from './types';

const data: ChartData = {
  days: ['2026-01-01', '2026-01-02'],
  series: [
    { name: 'Sold', kind: 'bar', tone: 1, values: [3, null], read: String, tick: String },
    { name: 'Expected', kind: 'line', tone: 3, values: [null, 4], read: String, tick: String },
  ],
  bands: [{ name: '80%', tone: 3, low: [null, 1], high: [null, 9], strong: false, read: String }],
  shade: { name: 'Empty shelf', on: [true, false] },
  dayTick: String,
};

test('a day tells what each series has there, and nothing it has not', () => {
  assert.deepEqual(
    readings(data, 1).map((reading) => reading.value),
    [null, '4', '1 – 9'],
  );
  assert.equal(sentence(data, 0, '1 Jan'), '1 Jan: Sold 3, Empty shelf');
});

test('keys move within the days and Escape leaves', () => {
  assert.equal(step('ArrowLeft', null, 10), 9);
  assert.equal(step('ArrowRight', null, 10), 0);
  assert.equal(step('ArrowRight', 9, 10), 9);
  assert.equal(step('PageUp', 3, 10), 0);
  assert.equal(step('End', 2, 10), 9);
  assert.equal(step('Escape', 4, 10), null);
  assert.equal(step('x', 4, 10), undefined);
});

test('a band is drawn as its foot and the height above it', () => {
  const colours = { tones: { 1: 'a', 2: 'b', 3: 'c' }, grid: 'g', axis: 'x', font: 'f' };
  const option = chartOption(data, colours) as { series: { data: unknown[]; stack?: string }[] };
  const [foot, height] = option.series.filter((series) => series.stack);
  assert.deepEqual(foot?.data, [null, 1]);
  assert.deepEqual(height?.data, [null, 8]);
});

test('the day that is not over is told, and drawn apart where it was counted', () => {
  const { bands: _, shade: __, ...plain } = data;
  const [sold, expected] = data.series;
  assert(sold && expected);
  const open: ChartData = {
    ...plain,
    series: [
      { ...sold, values: [3, 1] },
      { ...sold, kind: 'line', values: [3, 1] },
      { ...expected, ahead: true, values: [2, 4] },
    ],
    open: { day: '2026-01-02', name: 'so far' },
  };
  assert.match(sentence(open, 1, '2 Jan'), /so far$/);
  assert.doesNotMatch(sentence(open, 0, '1 Jan'), /so far/);
  const colours = { tones: { 1: 'a', 2: 'b', 3: 'c' }, grid: 'g', axis: 'x', font: 'f' };
  const { series } = chartOption(open, colours) as { series: { data: unknown[] }[] };
  const [bar, whole, dashed, ahead] = series;
  assert.deepEqual(bar?.data[1], {
    value: 1,
    itemStyle: { color: 'a', borderRadius: [2, 2, 0, 0], opacity: 0.4 },
  });
  assert.deepEqual(whole?.data, [3, null]);
  assert.deepEqual(dashed?.data, [3, 1]);
  assert.deepEqual(ahead?.data, [2, 4]);
});
