'use client';

import type { Segment } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type Move, movesOf } from './moves';
import { segmentName } from './names';

/** Who moved from which segment to which, between the last two analyses. */
export function MovesCard({ segments }: { segments: readonly Segment[] }) {
  const { t, said, format } = useWords();
  const moves = movesOf(segments);
  const nameOf = (id: string) => {
    const found = segments.find((segment) => segment.id === id);
    return found ? segmentName(found, said) : t('segment.nowhere');
  };
  const columns: Column<Move>[] = [
    {
      key: 'from',
      head: t('segment.from'),
      names: true,
      cell: (row) => <bdi>{nameOf(row.from)}</bdi>,
    },
    { key: 'to', head: t('segment.to'), cell: (row) => <bdi>{nameOf(row.to)}</bdi> },
    {
      key: 'customers',
      head: t('nav.customers'),
      figure: true,
      cell: (row) => fmt.count(format, row.customers),
    },
  ];
  return (
    <Card title={t('segment.moves')} text={t('segment.moves.text')} flush>
      {moves.length === 0 ? (
        <EmptyState icon="check" title={t('segment.moves.none')} />
      ) : (
        <Table
          label={t('segment.moves')}
          columns={columns}
          rows={moves}
          rowKey={(row) => `${row.from} ${row.to}`}
        />
      )}
    </Card>
  );
}
