'use client';

import type { BacktestGroup } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { figureColumns, KINDS } from './figures';
import { useBacktestGroups } from './useBacktest';

/** The same figures by category, class, pattern or location, with the numbers behind each. */
export function GroupsCard({ id }: { id: string }) {
  const { t, format } = useWords();
  const kind = oneOf(useParam('by'), KINDS);
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useBacktestGroups(id, kind, cursor);
  const columns: Column<BacktestGroup>[] = [
    {
      key: 'group',
      head: t('accuracy.group'),
      names: true,
      cell: (row) => <bdi>{row.name}</bdi>,
    },
    ...figureColumns<BacktestGroup>(t, format, (row) => row.whole),
  ];
  return (
    <Card
      title={t('accuracy.groups')}
      flush
      actions={
        <Segmented
          label={t('accuracy.kind')}
          value={kind}
          options={KINDS.map((value) => ({ value, label: t(`accuracy.kind.${value}`) }))}
          onChange={(value) => changeUrl({ by: value === KINDS[0] ? null : value, cursor: null })}
        />
      }
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-60" />}
      {!error && data?.items.length === 0 && <EmptyState title={t('list.none.text')} />}
      {!error && data && data.items.length > 0 && (
        <>
          <Table
            label={t('accuracy.groups')}
            columns={columns}
            rows={data.items}
            rowKey={(row) => row.name}
            stale={isPlaceholderData}
          />
          <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
        </>
      )}
    </Card>
  );
}
