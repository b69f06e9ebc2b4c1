'use client';

import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { SelectField } from '@/ui/Field';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type Anomaly, METRICS, useAnomalies } from './useStreaming';

interface TableProps extends Sorting {
  rows: readonly Anomaly[];
  stale: boolean;
}

function AnomalyTable({ rows, stale, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const shop = useStatus().data?.shop;
  const timeZone = shop?.time_zone ?? 'UTC';
  const read = (row: Anomaly, value: number) =>
    row.metric === 'revenue'
      ? fmt.money(format, value, row.currency ?? shop?.currency ?? 'EUR')
      : fmt.count(format, value);
  const columns: Column<Anomaly>[] = [
    {
      key: 'hour',
      head: t('live.hour'),
      names: true,
      sort: 'hour',
      cell: (row) => (
        <span className="grid">
          <span className="font-medium">{t(`live.metric.${row.metric}`)}</span>
          <span className="text-ink-2 text-xs">{fmt.moment(format, row.hour, timeZone)}</span>
        </span>
      ),
    },
    {
      key: 'value',
      head: t('live.was'),
      figure: true,
      sort: 'value',
      cell: (row) => (
        <span className="inline-flex flex-wrap items-center justify-end gap-2">
          <Badge tone={row.direction === 'high' ? 'accent' : 'warn'}>
            {t(`live.direction.${row.direction}`)}
          </Badge>
          {read(row, row.value)}
        </span>
      ),
    },
    {
      key: 'range',
      head: t('live.usual'),
      figure: true,
      cell: (row) => (
        <span className="grid">
          {t('whatIf.range', { low: read(row, row.low), high: read(row, row.high) })}
          <span className="text-ink-2 text-xs">
            {t('live.expected', { value: read(row, row.expected) })}
          </span>
        </span>
      ),
    },
    {
      key: 'weeks',
      head: t('live.weeks'),
      figure: true,
      from: 'md',
      sort: 'weeks',
      cell: (row) => t('live.weeks.n', { n: row.weeks }),
    },
  ];
  return (
    <Table
      label={t('live.anomalies')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

/** Hours whose figures left the range that the same hours of earlier weeks lead to expect. */
export function AnomaliesCard() {
  const { t } = useWords();
  const metric = oneOf(useParam('metric'), ['', ...METRICS]);
  const list = useAnomalies(metric);
  return (
    <Card title={t('live.anomalies')} text={t('live.anomalies.text')} flush>
      <ListTools
        bare
        rows={list}
        label={t('live.anomalies')}
        name="anomalies"
        usual={t('products.sort.newest')}
        orders={[
          ['hour', t('live.hour')],
          ['value', t('live.was')],
        ]}
      >
        <div className="min-w-36">
          <SelectField
            label={t('live.figure')}
            value={metric}
            options={[
              { value: '', label: t('list.all') },
              ...METRICS.map((value) => ({ value, label: t(`live.metric.${value}`) })),
            ]}
            onChange={(value) => changeUrl({ metric: value, cursor: null })}
          />
        </div>
      </ListTools>
      <Listing
        bare
        {...list}
        none={
          <EmptyState
            icon={list.find ? 'search' : 'check'}
            title={t(list.find ? 'list.noMatch' : 'live.anomalies.none')}
          />
        }
      >
        {(rows, stale) => <AnomalyTable rows={rows} stale={stale} {...list.sorting} />}
      </Listing>
    </Card>
  );
}
