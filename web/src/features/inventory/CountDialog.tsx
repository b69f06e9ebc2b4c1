'use client';

import { useState } from 'react';
import { reasonAt } from '@/api/problem';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type Compared, useTakeCounts } from './useCount';
import { useLocationName } from './useLocations';

interface Props {
  location: string;
  rows: readonly Compared[];
  onTaken: (id: string) => void;
  onDone: (n: number) => void;
  onClose: () => void;
}

/** Shows what was counted beside the books, and takes it over when asked to. */
export function CountDialog({ location, rows, onTaken, onDone, onClose }: Props) {
  const { t, format } = useWords();
  const why = useReason();
  const nameOf = useLocationName();
  const [note, setNote] = useState('');
  const take = useTakeCounts();
  const columns: Column<Compared>[] = [
    { key: 'product', head: t('col.product'), names: true, cell: (row) => <bdi>{row.name}</bdi> },
    {
      key: 'books',
      head: t('count.books'),
      figure: true,
      cell: (row) => fmt.count(format, row.books),
    },
    {
      key: 'counted',
      head: t('count.counted'),
      figure: true,
      cell: (row) => fmt.count(format, row.counted),
    },
    {
      key: 'difference',
      head: t('count.difference'),
      figure: true,
      cell: (row) =>
        row.counted === row.books ? (
          '–'
        ) : (
          <Badge tone="warn">{fmt.signed(format, row.counted - row.books, 0)}</Badge>
        ),
    },
  ];
  return (
    <Dialog title={t('count.compare')} open onClose={onClose}>
      <p className="text-ink-2 text-sm">
        {t('count.compare.text', { location: nameOf(location) })}
      </p>
      <Table
        label={t('count.compare')}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        tall
      />
      <TextField
        label={t('stock.note')}
        dir="auto"
        value={note}
        maxLength={1000}
        error={reasonAt(take.error, 'note')}
        onChange={(event) => setNote(event.target.value)}
      />
      {take.error && !reasonAt(take.error, 'note') && (
        <Banner tone="bad" alert>
          {why(take.error)}
        </Banner>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button
          kind="primary"
          busy={take.isPending}
          onClick={() =>
            take.mutate(
              { location, counts: rows, note, told: onTaken },
              { onSuccess: () => onDone(rows.length) },
            )
          }
        >
          {t('count.take')}
        </Button>
      </div>
    </Dialog>
  );
}
