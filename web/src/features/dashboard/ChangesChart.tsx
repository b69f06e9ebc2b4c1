'use client';

import type { Changes } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import type { Step } from '@/ui/chart/steps';
import { Waterfall } from '@/ui/chart/Waterfall';
import { type Column, Table } from '@/ui/Table';
import { amount, keyOf, signedAmount } from './causes';

interface Row extends Step {
  readonly share: number | null;
  readonly usual: number | null;
  readonly running: number;
}

function PartsTable({ changes, rows }: { changes: Changes; rows: readonly Row[] }) {
  const { t, format } = useWords();
  const signed = (value: number) => signedAmount(format, changes, value);
  const columns: Column<Row>[] = [
    { key: 'part', head: t('changes.part'), names: true, cell: (row) => row.name },
    {
      key: 'effect',
      head: t('changes.effect'),
      figure: true,
      cell: (row) => signed(row.value),
    },
    {
      key: 'share',
      head: t('changes.share'),
      figure: true,
      from: 'sm',
      cell: (row) => (row.share === null ? '–' : fmt.signedShare(format, row.share)),
    },
    {
      key: 'usual',
      head: t('changes.usual'),
      figure: true,
      from: 'md',
      cell: (row) => (row.usual === null ? '–' : `± ${amount(format, changes, row.usual)}`),
    },
    {
      key: 'running',
      head: t('changes.running'),
      figure: true,
      cell: (row) => signed(row.running),
    },
  ];
  return (
    <Table label={t('changes.parts')} columns={columns} rows={rows} rowKey={(row) => row.key} />
  );
}

function rowsOf(changes: Changes, name: (kind: Changes['causes'][number]['kind']) => string) {
  let running = 0;
  return changes.causes.map((cause): Row => {
    running += cause.effect;
    const { effect: value, share, usual, unusual: strong } = cause;
    return {
      key: keyOf(cause),
      name: name(cause.kind),
      value,
      share,
      usual,
      strong,
      running,
    };
  });
}

/** The parts of a change, each beginning where the one before it ended, and their table. */
export function ChangesChart({ changes }: { changes: Changes }) {
  const { t, format } = useWords();
  const rows = rowsOf(changes, (kind) => t(`changes.kind.${kind}`));
  return (
    <Waterfall
      steps={rows}
      total={{ name: t('changes.together'), value: changes.change }}
      read={(value) => signedAmount(format, changes, value)}
      table={<PartsTable changes={changes} rows={rows} />}
    />
  );
}

const SHOWN = 4;

/** The first parts, and all others as one. */
export function ChangesSketch({ changes }: { changes: Changes }) {
  const { t, format } = useWords();
  const rows = rowsOf(changes, (kind) => t(`changes.kind.${kind}`));
  const first = rows.length > SHOWN + 1 ? rows.slice(0, SHOWN) : rows;
  const value = rows.slice(first.length).reduce((sum, row) => sum + row.value, 0);
  const rest = { key: 'rest', name: t('changes.rest'), value };
  return (
    <Waterfall
      steps={first.length < rows.length ? [...first, rest] : first}
      total={{ name: t('changes.together'), value: changes.change }}
      read={(value) => signedAmount(format, changes, value)}
    />
  );
}
