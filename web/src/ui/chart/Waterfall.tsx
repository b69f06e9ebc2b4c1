'use client';

import { type ReactNode, useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Button } from '../Button';
import { laidOut, type Step } from './steps';

interface Props {
  steps: readonly Step[];
  /** What the steps make together, drawn as the last bar. */
  total: { readonly name: string; readonly value: number };
  read: (value: number) => string;
  /** The figures as a table, shown on demand. */
  table?: ReactNode;
}

interface BarProps {
  from: number;
  to: number;
  scale: { low: number; width: number };
  fill: string;
}

function StepBar({ from, to, scale, fill }: BarProps) {
  const at = (value: number) => ((value - scale.low) / scale.width) * 100;
  const left = Math.min(at(from), at(to));
  return (
    <svg aria-hidden="true" viewBox="0 0 100 16" preserveAspectRatio="none" className="h-4 w-full">
      <rect x={at(0) - 0.15} width={0.3} height={16} className="fill-line-strong" />
      <rect
        x={left}
        y={2}
        width={Math.max(Math.abs(at(to) - at(from)), 0.4)}
        height={12}
        className={fill}
      />
    </svg>
  );
}

const ROW =
  'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 @lg:grid-cols-[minmax(0,13rem)_minmax(0,1fr)_6.5rem]';

/**
 * How steps add up to a total: each bar begins where the one before it ended. The bars repeat
 * what the words beside them say, and run from left to right in every language.
 */
export function Waterfall({ steps, total, read, table }: Props) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const { starts, scale } = laidOut(steps, total.value);
  const bar = 'col-span-2 @lg:col-span-1 @lg:col-start-2 @lg:row-start-1';
  return (
    <div className="@container">
      <ul className="grid gap-2 text-sm @lg:gap-1">
        {steps.map((step, i) => {
          const start = starts[i] ?? 0;
          const tone = step.value < 0 ? 'fill-bad' : 'fill-good';
          return (
            <li key={step.key} className={ROW}>
              <span className={step.strong ? 'font-medium' : 'text-ink-2'}>{step.name}</span>
              <span className="figures text-end @lg:col-start-3">{read(step.value)}</span>
              <span className={bar} dir="ltr">
                <StepBar
                  from={start}
                  to={start + step.value}
                  scale={scale}
                  fill={`${tone} ${step.strong ? '' : 'opacity-50'}`}
                />
              </span>
            </li>
          );
        })}
        <li className={`${ROW} border-line border-t pt-2`}>
          <strong className="font-semibold">{total.name}</strong>
          <strong className="figures text-end font-semibold @lg:col-start-3">
            {read(total.value)}
          </strong>
          <span className={bar} dir="ltr">
            <StepBar from={0} to={total.value} scale={scale} fill="fill-chart-1" />
          </span>
        </li>
      </ul>
      {table && (
        <div className="mt-2 flex justify-end">
          <Button
            kind="quiet"
            small
            icon="table"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {t(open ? 'chart.hideTable' : 'chart.showTable')}
          </Button>
        </div>
      )}
      {open && table}
    </div>
  );
}
