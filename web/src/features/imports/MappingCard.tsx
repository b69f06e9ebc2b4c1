'use client';

import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Card } from '@/ui/Card';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField } from '@/ui/Field';
import { type Column, Table } from '@/ui/Table';
import { type Plan, type Row, rowsOf } from './plan';

interface Props {
  plan: Plan;
  stale: boolean;
  onMap: (field: string, column: string) => void;
}

function Chooser({
  row,
  columns,
  onMap,
}: { row: Row; columns: readonly string[] } & Pick<Props, 'onMap'>) {
  const { t } = useWords();
  return (
    <SelectField
      label={t('imports.columnOf', { field: row.title })}
      bare
      value={row.column}
      options={[
        { value: '', label: t('imports.noColumn') },
        ...columns.map((value) => ({ value, label: value })),
      ]}
      onChange={(column) => onMap(row.field, column)}
    />
  );
}

/** What each column is taken for, how sure that is, and a way to say otherwise. */
export function MappingCard({ plan, stale, onMap }: Props) {
  const { t, said } = useWords();
  const { used, rest } = rowsOf(plan);
  const columns: Column<Row>[] = [
    {
      key: 'field',
      head: t('imports.field'),
      names: true,
      cell: (row) => (
        <span className="grid justify-items-start gap-0.5">
          <bdi>{row.title}</bdi>
          {row.required && row.column === '' && <Badge tone="bad">{t('imports.needed')}</Badge>}
        </span>
      ),
    },
    {
      key: 'column',
      head: t('imports.column'),
      cell: (row) => <Chooser row={row} columns={plan.columns} onMap={onMap} />,
    },
    {
      key: 'example',
      head: t('imports.example'),
      from: 'sm',
      cell: (row) => (
        <span className="wrap-anywhere line-clamp-2">
          <bdi>{row.example || '–'}</bdi>
        </span>
      ),
    },
    {
      key: 'sure',
      head: t('imports.sure'),
      from: 'md',
      cell: (row) =>
        row.column && (
          <Badge tone={row.unsure ? 'warn' : 'good'}>{said(`how.${row.how}`, row.how)}</Badge>
        ),
    },
  ];
  return (
    <Card
      title={t('imports.mapping')}
      text={t('imports.read', { what: said(`layout.${plan.layout}`, plan.title) })}
      flush
    >
      {plan.missing.length > 0 && (
        <div className="px-4 pb-2 sm:px-5">
          <Banner tone="warn">{t('imports.missing')}</Banner>
        </div>
      )}
      <Table
        label={t('imports.mapping')}
        columns={columns}
        rows={used}
        rowKey={(row) => row.field}
        stale={stale}
      />
      <div className="grid gap-2 px-4 pt-1 pb-3 text-sm sm:px-5">
        {plan.unmapped.length > 0 && (
          <p className="wrap-anywhere text-ink-2">
            {t('imports.unused')} <bdi>{plan.unmapped.join(', ')}</bdi>
          </p>
        )}
        {plan.warnings.map((warning) => (
          <p key={warning} dir="auto" className="text-warn">
            {warning}
          </p>
        ))}
        {rest.length > 0 && (
          <Disclosure summary={t('imports.more', { n: rest.length })}>
            <ul className="grid gap-2 sm:grid-cols-2">
              {rest.map((row) => (
                <li key={row.field} className="grid grid-cols-2 items-center gap-2">
                  <bdi>{row.title}</bdi>
                  <Chooser row={row} columns={plan.columns} onMap={onMap} />
                </li>
              ))}
            </ul>
          </Disclosure>
        )}
      </div>
    </Card>
  );
}
