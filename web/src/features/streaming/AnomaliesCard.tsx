'use client';

import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { SelectField } from '@/ui/Field';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type Anomaly, METRICS, useAnomalies } from './useStreaming';

function AnomalyTable({ rows, stale }: { rows: readonly Anomaly[]; stale: boolean }) {
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
    />
  );
}

/** Hours whose figures left the range that the same hours of earlier weeks lead to expect. */
export function AnomaliesCard() {
  const { t } = useWords();
  const metric = oneOf(useParam('metric'), ['', ...METRICS]);
  const cursor = useParam('cursor');
  const query = useAnomalies(metric, cursor);
  return (
    <Card
      title={t('live.anomalies')}
      text={t('live.anomalies.text')}
      actions={
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
      }
      flush
    >
      <Listing
        bare
        query={query}
        cursor={cursor}
        none={<EmptyState icon="check" title={t('live.anomalies.none')} />}
      >
        {(rows, stale) => <AnomalyTable rows={rows} stale={stale} />}
      </Listing>
    </Card>
  );
}
