'use client';

import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, useState } from 'react';
import { nearest } from './nearest';
import { type ChartColours, chartOption } from './option';
import type { ChartData } from './types';

use([BarChart, LineChart, GridComponent, CanvasRenderer]);

interface Props {
  data: ChartData;
  active: number | null;
  onActive(index: number | null): void;
}

function readColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    tones: { 1: token('--chart-1'), 2: token('--chart-2'), 3: token('--chart-3') },
    grid: token('--chart-grid'),
    axis: token('--chart-axis'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** The drawing itself, loaded apart from the page. Reading out is the frame's work. */
export default function ChartCanvas({ data, active, onActive }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const [drawn, setDrawn] = useState(0);

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current, null, { renderer: 'canvas' });
    chart.current = made;
    const resized = new ResizeObserver(() => {
      made.resize();
      setDrawn((n) => n + 1);
    });
    resized.observe(box.current);
    return () => {
      resized.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const draw = () => {
      chart.current?.setOption(chartOption(data, readColours()), { notMerge: true });
      setDrawn((n) => n + 1);
    };
    draw();
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => themed.disconnect();
  }, [data]);

  const [line, setLine] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a redraw moves every point
  useEffect(() => {
    const place = active === null ? undefined : (data.point?.at?.[active] ?? active);
    const x = place === undefined ? null : chart.current?.convertToPixel({ xAxisIndex: 0 }, place);
    setLine(typeof x === 'number' ? x : null);
  }, [active, drawn]);

  const point = (clientX: number) => {
    if (!box.current || !chart.current) return;
    const x = clientX - box.current.getBoundingClientRect().left;
    const place = chart.current.convertFromPixel({ xAxisIndex: 0 }, x);
    if (typeof place === 'number') onActive(nearest(place, data.days.length, data.point?.at));
  };

  return (
    <div
      dir="ltr"
      className="relative h-full touch-pan-y"
      onPointerMove={(event) => point(event.clientX)}
      onPointerDown={(event) => point(event.clientX)}
      onPointerLeave={(event) => event.pointerType === 'mouse' && onActive(null)}
    >
      <div ref={box} className="h-full" />
      {line !== null && (
        <div
          aria-hidden="true"
          className="pointer-events-none absolute top-2 bottom-6 w-px bg-ink-2"
          style={{ left: line }}
        />
      )}
    </div>
  );
}
