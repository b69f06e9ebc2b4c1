'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { ErrorState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import type { Preview } from './useRules';

type Example = Preview['examples'][number];

function Outcome({ preview }: { preview: Preview }) {
  const { t, format } = useWords();
  const columns: Column<Example>[] = [
    { key: 'name', head: t('alerts.about'), names: true, cell: (row) => <bdi>{row.name}</bdi> },
    { key: 'day', head: t('col.day'), cell: (row) => fmt.day(format, row.day) },
    {
      key: 'loss',
      head: t('alerts.stake'),
      figure: true,
      cell: (row) => fmt.money(format, row.loss_minor, preview.currency),
    },
  ];
  return (
    <div className="grid gap-3" role="status">
      <p className="font-medium">
        {preview.fired === 0
          ? t('rules.never', { n: preview.days })
          : t('rules.fired', { n: preview.fired, days: preview.days })}
      </p>
      <FactList
        facts={[
          { name: t('rules.subjects'), value: fmt.count(format, preview.subjects) },
          { name: t('rules.standing'), value: fmt.count(format, preview.standing) },
          {
            name: t('alerts.stake'),
            value: fmt.money(format, preview.loss_minor, preview.currency),
          },
          ...(preview.first_day
            ? [{ name: t('rules.since'), value: fmt.day(format, preview.first_day) }]
            : []),
        ]}
      />
      {preview.one_in > 1 && (
        <p className="text-ink-2 text-sm">{t('rules.scaled', { n: preview.one_in })}</p>
      )}
      {preview.examples.length > 0 && (
        <Table
          label={t('rules.dearest')}
          columns={columns}
          rows={preview.examples}
          rowKey={(row) => `${row.day} ${row.subject}`}
          tall
        />
      )}
    </div>
  );
}

interface Props {
  preview: Preview | undefined;
  busy: boolean;
  error: unknown;
  onTry: () => void;
}

/** What the rule would have said of the last 30 days, before it is written. */
export function PreviewCard({ preview, busy, error, onTry }: Props) {
  const { t } = useWords();
  return (
    <Card
      title={t('rules.preview')}
      text={t('rules.preview.text')}
      actions={
        <Button small busy={busy} onClick={onTry}>
          {t('rules.try')}
        </Button>
      }
    >
      {error != null && <ErrorState error={error} />}
      {error == null && preview && <Outcome preview={preview} />}
      {error == null && !preview && <p className="text-ink-2 text-sm">{t('rules.untried')}</p>}
    </Card>
  );
}
