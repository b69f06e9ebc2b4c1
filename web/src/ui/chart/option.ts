import type { EChartsCoreOption } from 'echarts/core';
import type { Band, ChartData, ChartTone, Series } from './types';

export interface ChartColours {
  readonly tones: Record<ChartTone, string>;
  readonly grid: string;
  readonly axis: string;
  readonly font: string;
}

type Mark = Record<string, unknown>;

/** A band is two stacked lines: an unseen one up to its foot, and the filled difference above. */
function bandMarks(band: Band, index: number, colour: string): Mark[] {
  const hidden = { lineStyle: { opacity: 0 }, symbol: 'none', silent: true, type: 'line' };
  const gap = band.high.map((high, i) => {
    const low = band.low[i];
    return high === null || low === null || low === undefined ? null : high - low;
  });
  const stack = { stack: `band${index}`, stackStrategy: 'all' };
  return [
    { ...hidden, ...stack, data: band.low },
    {
      ...hidden,
      ...stack,
      data: gap,
      areaStyle: { color: colour, opacity: band.strong ? 0.3 : 0.16 },
    },
  ];
}

/** `open` is the place of the day that is not over, -1 without one: fainter bar, dashed line. */
function seriesMarks(series: Series, colour: string, open: number): Mark[] {
  const at = series.ahead ? -1 : open;
  const base = { yAxisIndex: series.second ? 1 : 0, silent: true };
  if (series.kind === 'bar') {
    const item = { color: colour, borderRadius: [2, 2, 0, 0] };
    return [
      {
        ...base,
        type: 'bar',
        data: series.values.map((value, i) =>
          i === at ? { value, itemStyle: { ...item, opacity: 0.4 } } : value,
        ),
        barMaxWidth: 18,
        barCategoryGap: '35%',
        itemStyle: { ...item, opacity: 0.85 },
      },
    ];
  }
  const line = {
    ...base,
    type: 'line',
    symbol: 'none',
    step: series.kind === 'step' ? 'end' : false,
    itemStyle: { color: colour },
    z: 3,
  };
  const only = (keep: (i: number) => boolean) =>
    series.values.map((value, i) => (keep(i) ? value : null));
  const solid = { color: colour, width: 2 };
  if (at < 0 || series.kind === 'step') return [{ ...line, data: series.values, lineStyle: solid }];
  return [
    { ...line, data: only((i) => i !== at), lineStyle: solid },
    {
      ...line,
      data: only((i) => i === at || i === at - 1),
      lineStyle: { ...solid, width: 1.5, type: 'dashed', opacity: 0.7 },
    },
  ];
}

/** An axis bears its name where there are two of them. */
function valueAxis(
  series: Series | undefined,
  colours: ChartColours,
  second: boolean,
  named: boolean,
): Mark {
  return {
    type: 'value',
    show: Boolean(series),
    position: second ? 'right' : 'left',
    ...(named && {
      name: series?.name,
      nameGap: 10,
      nameTextStyle: {
        color: colours.axis,
        fontFamily: colours.font,
        align: second ? 'right' : 'left',
        // From the line of the axis back to the edge of its ticks.
        padding: second ? [0, -28, 0, 0] : [0, 0, 0, -28],
      },
    }),
    splitNumber: 4,
    minInterval: series?.kind === 'bar' ? 1 : 0,
    min: series?.kind === 'step' ? undefined : 0,
    scale: series?.kind === 'step',
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: colours.axis, fontFamily: colours.font, formatter: series?.tick },
    splitLine: { show: !second, lineStyle: { color: colours.grid } },
  };
}

function shadeMark(on: readonly boolean[], colours: ChartColours, axis: number): Mark {
  return {
    type: 'line',
    step: 'middle',
    symbol: 'none',
    yAxisIndex: axis,
    data: on.map((shaded) => (shaded ? 1 : 0)),
    silent: true,
    lineStyle: { opacity: 0 },
    areaStyle: { color: colours.axis, opacity: 0.18 },
    z: 1,
  };
}

function pointAxis(data: ChartData, colours: ChartColours): Mark {
  const at = data.point?.at;
  const label = { color: colours.axis, fontFamily: colours.font, hideOverlap: true };
  const line = { axisLine: { lineStyle: { color: colours.grid } }, axisTick: { show: false } };
  if (at) {
    return {
      ...line,
      type: 'value',
      min: at[0],
      max: at.at(-1),
      splitLine: { show: false },
      axisLabel: { ...label, formatter: (value: number) => data.dayTick(String(value)) },
      name: data.point?.head,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: colours.axis, fontFamily: colours.font },
    };
  }
  return {
    ...line,
    type: 'category',
    data: data.days,
    boundaryGap: data.series.some((series) => series.kind === 'bar') || Boolean(data.shade),
    axisLabel: {
      ...label,
      formatter: data.dayTick,
      interval: Math.max(Math.ceil(data.days.length / 7) - 1, 0),
      showMinLabel: true,
    },
  };
}

/** On a scale of its own every value says where it stands. */
function placed(mark: Mark, at: readonly number[] | undefined): Mark {
  if (!at) return mark;
  return { ...mark, data: (mark.data as readonly unknown[]).map((value, i) => [at[i], value]) };
}

export function chartOption(data: ChartData, colours: ChartColours): EChartsCoreOption {
  const first = data.series.find((series) => !series.second);
  const second = data.series.find((series) => series.second);
  const open = data.open ? data.days.indexOf(data.open.day) : -1;
  const two = Boolean(first && second);
  const axes = [valueAxis(first, colours, false, two)];
  if (second || data.shade) axes.push(valueAxis(second, colours, true, two));
  if (data.shade) axes.push({ type: 'value', min: 0, max: 1, show: false });
  const marks = [
    ...(data.bands ?? []).flatMap((band, i) => bandMarks(band, i, colours.tones[band.tone])),
    ...data.series.flatMap((series) => seriesMarks(series, colours.tones[series.tone], open)),
  ];
  if (data.shade) marks.push(shadeMark(data.shade.on, colours, 2));
  return {
    animation: false,
    grid: {
      left: 4,
      right: second ? 4 : 12,
      top: two ? 30 : 10,
      bottom: data.point?.at ? 24 : 6,
      containLabel: true,
    },
    xAxis: pointAxis(data, colours),
    yAxis: axes,
    series: marks.map((mark) => placed(mark, data.point?.at)),
  };
}
