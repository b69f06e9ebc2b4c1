'use client';

import { useState } from 'react';
import type { Metric, Summary } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Delta } from '@/ui/Delta';
import { Icon } from '@/ui/Icon';
import { Popover } from '@/ui/Popover';
import { TILE } from '@/ui/Tiles';
import { comparesWholeDays, metricText } from './metrics';

/** How often `value` has changed in the same scope (so not by choosing another range). */
function useChanges(scope: string, value: number | null): number {
  const [seen, setSeen] = useState({ scope, value, changes: 0 });
  if (seen.scope === scope && seen.value === value) return seen.changes;
  const changes = seen.scope === scope ? seen.changes + 1 : 0;
  setSeen({ scope, value, changes });
  return changes;
}

function Tile({ metric, currency, scope }: { metric: Metric; currency: string; scope: string }) {
  const { t, said, format } = useWords();
  // Eleven figures and one of double width fill any number of columns used.
  const lead = metric.name === 'revenue';
  const good = metric.better === 'up' || metric.better === 'down' ? metric.better : 'neither';
  const changes = useChanges(scope, metric.value);
  const label = said(`metric.${metric.name}`, metric.label);
  const previous = metricText(format, metric.unit, metric.previous, currency);
  const wholeDays = comparesWholeDays(metric);
  return (
    <li data-metric={metric.name} className={`${TILE} ${lead ? 'col-span-2' : ''}`}>
      <h3 className="text-balance text-ink-2 text-label">{label}</h3>
      <div className="flex items-center justify-between gap-1">
        <p
          key={changes}
          className={`figures -mx-1 truncate rounded-control px-1 font-semibold tracking-tight ${lead ? 'text-2xl' : 'text-xl'} ${changes > 0 ? 'updated' : ''}`}
        >
          {metricText(format, metric.unit, metric.value, currency)}
        </p>
        <Popover
          label={t('dashboard.define', { name: label })}
          trigger={<Icon name="info" size={16} />}
          triggerClass="-me-1.5 grid size-7 shrink-0 place-items-center text-ink-2 hover:bg-surface-3 hover:text-ink"
        >
          <p className="font-medium">{label}</p>
          <p className="text-ink-2">{said(`definition.${metric.name}`, metric.definition)}</p>
          {wholeDays && <p className="text-ink-2">{t('dashboard.wholeDays.why', { previous })}</p>}
        </Popover>
      </div>
      <p className="figures flex min-h-5 flex-wrap items-baseline gap-x-1.5 text-ink-2 text-xs">
        {metric.change !== null && <Delta change={metric.change} good={good} />}
        {metric.previous === null && t('dashboard.noCompare')}
        {metric.previous !== null &&
          t(wholeDays ? 'dashboard.wholeDays' : 'dashboard.versus', { previous })}
      </p>
    </li>
  );
}

/** `scope` names what is compared: a new value in the same scope is a live change. */
export function MetricTiles({ summary, scope }: { summary: Summary; scope: string }) {
  const { t } = useWords();
  return (
    <section aria-label={t('dashboard.metrics')}>
      <h2 className="sr-only">{t('dashboard.metrics')}</h2>
      <ul className="-mb-3 grid grid-cols-2 gap-x-3 sm:grid-cols-3 lg:grid-cols-4 xl:grid-cols-6">
        {summary.metrics.map((metric) => (
          <Tile key={metric.name} metric={metric} currency={summary.shop.currency} scope={scope} />
        ))}
      </ul>
    </section>
  );
}
