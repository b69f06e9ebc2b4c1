import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanData } from './fan';

const point = (day: string, mean: number) => ({
  day,
  mean,
  q10: mean - 2,
  q25: mean - 1,
  q50: mean,
  q75: mean + 1,
  q90: mean + 2,
});

test('a day that is both past and forecast stands once', () => {
  const data = fanData({
    history: [
      { day: '2026-11-21', units: 7 },
      { day: '2026-11-22', units: 1 },
    ],
    points: [point('2026-11-22', 5), point('2026-11-23', 6)],
    format: 'en',
    t: (key) => key,
    today: '2026-11-22',
  });
  assert.equal(data.open?.day, '2026-11-22');
  assert.equal(data.series[1]?.ahead, true);
  assert.deepEqual(data.days, ['2026-11-21', '2026-11-22', '2026-11-23']);
  assert.deepEqual(
    data.series.map((series) => series.values),
    [
      [7, 1, null],
      [null, 5, 6],
    ],
  );
  assert.deepEqual(data.bands?.[0]?.high, [null, 7, 8]);
});

test('without history the forecast stands alone', () => {
  const data = fanData({
    history: [],
    points: [point('2026-11-22', 5)],
    format: 'en',
    t: String,
    today: '2026-11-22',
  });
  assert.equal(data.series.length, 1);
});
