'use client';

import type { BacktestGroup } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { Segmented } from '@/ui/Segmented';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { figureColumns, KINDS } from './figures';
import { useBacktestGroups } from './useBacktest';

/** The same figures by category, class, pattern or location, with the numbers behind each. */
export function GroupsCard({ id }: { id: string }) {
  const { t, format } = useWords();
  const kind = oneOf(useParam('by'), KINDS);
  const list = useBacktestGroups(id, kind);
  const columns: Column<BacktestGroup>[] = [
    {
      key: 'group',
      head: t('accuracy.group'),
      names: true,
      sort: 'name',
      cell: (row) => <bdi>{row.name}</bdi>,
    },
    ...figureColumns<BacktestGroup>(t, format, (row) => row.whole),
  ];
  return (
    <Card
      title={t('accuracy.groups')}
      flush
      actions={
        <div className="flex flex-wrap items-center gap-3">
          <Segmented
            label={t('accuracy.kind')}
            value={kind}
            options={KINDS.map((value) => ({ value, label: t(`accuracy.kind.${value}`) }))}
            onChange={(value) => changeUrl({ by: value === KINDS[0] ? null : value, cursor: null })}
          />
          <ExportButton name={`accuracy-by-${kind}`} file={list.file} />
        </div>
      }
    >
      <Listing bare {...list} none={<EmptyState title={t('list.none.text')} />}>
        {(rows, stale) => (
          <Table
            label={t('accuracy.groups')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.name}
            stale={stale}
            {...list.sorting}
          />
        )}
      </Listing>
    </Card>
  );
}
