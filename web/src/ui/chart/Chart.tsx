'use client';

import { lazy, Suspense, useState } from 'react';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Button } from '../Button';
import { Skeleton } from '../states';
import { ChartTable } from './ChartTable';
import { patiently } from './patiently';
import { type Reading, readings, sentence, step } from './read';
import type { ChartData } from './types';

const ChartCanvas = lazy(() => patiently(() => import('./ChartCanvas')));

const COLOUR = { 1: 'bg-chart-1', 2: 'bg-chart-2', 3: 'bg-chart-3' };
const MARK = {
  line: 'h-0.5 w-4',
  bar: 'h-3 w-2 rounded-[2px] opacity-85',
  band: 'h-3 w-4 opacity-45',
  faint: 'h-3 w-4 opacity-20',
};

interface ReadOutProps {
  day: string | null;
  read: Reading[];
  shaded?: string;
  open?: string;
}

function ReadOut({ day, read, shaded, open }: ReadOutProps) {
  return (
    <div className="figures flex min-h-11 flex-wrap content-start items-center gap-x-4 gap-y-0.5 text-sm sm:min-h-6">
      {day && <span className="font-medium">{day}</span>}
      {read.map((reading) => (
        <span key={reading.name} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={`${MARK[reading.mark]} ${COLOUR[reading.tone]}`} />
          <span className="text-ink-2">{reading.name}</span>
          {day && <span>{reading.value ?? '–'}</span>}
        </span>
      ))}
      {shaded && (
        <span className="inline-flex items-center gap-1.5 text-ink-2">
          <span aria-hidden="true" className="h-3 w-2 bg-line-strong opacity-30" />
          {shaded}
        </span>
      )}
      {open && (
        <span className="inline-flex items-center gap-1.5 text-ink-2">
          <span aria-hidden="true" className="h-3 w-2 rounded-[2px] bg-chart-1 opacity-40" />
          {open}
        </span>
      )}
    </div>
  );
}

interface Props {
  title: string;
  data: ChartData;
  height?: string;
  /** What the figures are, in small print below them. */
  footnote?: string;
}

/**
 * A chart over days, or over points that `data.point` names. Pointer or arrow keys read out one day, and the same figures stand in a
 * table on demand. Keep `data` memoised: a new object redraws.
 */
export function Chart({ title, data, height = 'h-60', footnote }: Props) {
  const { t, format } = useWords();
  const [chosen, setActive] = useState<number | null>(null);
  const [table, setTable] = useState(false);
  const last = data.days.length - 1;
  const active = chosen === null ? null : Math.min(chosen, last);
  const activeDay = active === null ? undefined : data.days[active];
  const nameOf = (point: string) => data.point?.name(point) ?? fmt.day(format, point, 'long');
  const day = activeDay ? nameOf(activeDay) : null;
  const { open } = data;
  const openName =
    open && data.days.includes(open.day) && (active === null || activeDay === open.day)
      ? open.name
      : undefined;
  const shaded = data.shade?.on.some(Boolean)
    ? active === null || data.shade.on[active]
      ? data.shade.name
      : undefined
    : undefined;
  return (
    <div>
      <ReadOut
        day={day}
        read={readings(data, active)}
        {...(shaded && { shaded })}
        {...(openName && { open: openName })}
      />
      <div
        role="slider"
        tabIndex={0}
        aria-label={t('chart.read', { title })}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={active ?? last}
        aria-valuetext={sentence(data, active ?? last, nameOf(data.days[active ?? last] ?? ''))}
        onKeyDown={(event) => {
          const next = step(event.key, active, data.days.length);
          if (next === undefined) return;
          event.preventDefault();
          setActive(next);
        }}
        onBlur={() => setActive(null)}
        className={`mt-1 ${height}`}
      >
        <Suspense fallback={<Skeleton className="h-full" />}>
          <ChartCanvas data={data} active={active} onActive={setActive} />
        </Suspense>
      </div>
      <div className="mt-1 flex items-start justify-between gap-3">
        <p className="pt-1.5 text-ink-2 text-xs">{footnote}</p>
        <Button
          kind="quiet"
          className="shrink-0"
          small
          icon="table"
          aria-expanded={table}
          onClick={() => setTable(!table)}
        >
          {t(table ? 'chart.hideTable' : 'chart.showTable')}
        </Button>
      </div>
      {table && <ChartTable title={title} data={data} />}
    </div>
  );
}
