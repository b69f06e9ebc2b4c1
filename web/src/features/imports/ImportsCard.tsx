'use client';

import type { ImportRun } from '@/api/types';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { EmptyState, useReason } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useImports, useRefusedRows } from './useImport';

/** Files that came in before. */
export function ImportsCard() {
  const { t, format, said } = useWords();
  const why = useReason();
  const list = useImports();
  const refused = useRefusedRows();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<ImportRun>[] = [
    {
      key: 'file',
      head: t('imports.file'),
      names: true,
      sort: 'file',
      cell: (row) => (
        <span className="grid">
          <bdi className="wrap-anywhere font-medium">{row.file}</bdi>
          <span className="text-ink-2 text-xs">{fmt.moment(format, row.created_at, timeZone)}</span>
        </span>
      ),
    },
    {
      key: 'what',
      head: t('imports.what'),
      from: 'sm',
      sort: 'layout',
      cell: (row) => said(`layout.${row.layout}`, row.layout),
    },
    {
      key: 'state',
      head: t('jobs.state'),
      sort: 'state',
      cell: (row) => (
        <Badge tone={row.state === 'done' ? 'good' : 'accent'}>
          {t(row.state === 'done' ? 'imports.is.done' : 'imports.is.running')}
        </Badge>
      ),
    },
    {
      key: 'rows',
      head: t('imports.rows'),
      figure: true,
      from: 'md',
      sort: 'rows',
      cell: (row) => fmt.count(format, row.report.rows ?? 0),
    },
    {
      key: 'refused',
      head: t('imports.refused'),
      figure: true,
      sort: 'refused',
      cell: (row) =>
        (row.report.refused ?? 0) > 0 ? (
          <Button
            small
            aria-label={`${fmt.count(format, row.report.refused ?? 0)}: ${t('imports.refused.save')}: ${row.file}`}
            busy={refused.isPending && refused.variables === row.id}
            onClick={() => refused.mutate(row.id)}
          >
            {fmt.count(format, row.report.refused ?? 0)}
          </Button>
        ) : (
          '0'
        ),
    },
  ];
  return (
    <Card title={t('imports.before')} flush>
      {refused.error && (
        <div className="px-4 pb-2">
          <Banner tone="bad" alert>
            {why(refused.error)}
          </Banner>
        </div>
      )}
      <ListTools
        bare
        rows={list}
        label={t('imports.before')}
        name="imports"
        usual={t('products.sort.newest')}
        orders={[
          ['created_at', t('jobs.asked')],
          ['file', t('imports.file')],
          ['layout', t('imports.what')],
          ['rows', t('imports.rows')],
          ['refused', t('imports.refused')],
        ]}
      />
      <Listing
        bare
        {...list}
        none={<EmptyState title={t(list.find ? 'list.noMatch' : 'imports.none')} />}
      >
        {(rows, stale) => (
          <Table
            label={t('imports.before')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            stale={stale}
            {...list.sorting}
          />
        )}
      </Listing>
    </Card>
  );
}
