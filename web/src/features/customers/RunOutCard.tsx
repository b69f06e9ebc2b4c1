'use client';

import type { Insights } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Bar } from '@/ui/Bar';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';

type Row = Insights['consumption'][number];

/** What the customer buys again and again, and the day by which it is likely to need more. */
export function RunOutCard({ insights }: { insights: Insights }) {
  const { t, format } = useWords();
  const days = (row: Row) => Math.max(Math.round(row.usual_interval_days), 1);
  const columns: Column<Row>[] = [
    {
      key: 'item',
      head: t('runOut.item'),
      names: true,
      cell: (row) => (
        <span className="grid min-w-28 max-w-xs">
          {row.kind === 'product' ? (
            <AppLink
              href={`/product/?id=${encodeURIComponent(row.item)}`}
              dir="auto"
              className="line-clamp-3 font-medium rtl:text-right"
            >
              {row.name}
            </AppLink>
          ) : (
            <span className="font-medium">
              {t('runOut.category')} <bdi>{row.name}</bdi>
            </span>
          )}
          <span className="text-ink-2 text-xs">
            {t('runOut.rhythm', { n: days(row), day: fmt.day(format, row.last_bought, 'tick') })}
          </span>
        </span>
      ),
    },
    {
      key: 'day',
      head: t('runOut.day'),
      figure: true,
      cell: (row) => (
        <span className="grid">
          {fmt.day(format, row.run_out, 'tick')}
          <span className="text-ink-2 text-xs">
            {t('dashboard.period', {
              from: fmt.day(format, row.earliest, 'tick'),
              to: fmt.day(format, row.latest, 'tick'),
            })}
          </span>
        </span>
      ),
    },
    {
      key: 'week',
      head: t('runOut.within7'),
      figure: true,
      cell: (row) => (
        <span className="grid">
          <span className="inline-flex items-center justify-end gap-2">
            <span className="hidden w-16 @md:block">
              <Bar share={row.within_7} />
            </span>
            {fmt.percent(format, row.within_7, 0)}
          </span>
          <span className="text-ink-2 text-xs">
            {t('runOut.within14', { share: fmt.percent(format, row.within_14, 0) })}
          </span>
        </span>
      ),
    },
  ];
  const title = t('runOut.title');
  return (
    <Card title={title} text={t('runOut.text')} flush>
      {insights.consumption.length === 0 ? (
        <EmptyState title={t('runOut.none')} text={t('runOut.none.text')} />
      ) : (
        <Table
          label={title}
          columns={columns}
          rows={insights.consumption}
          rowKey={(row) => `${row.kind} ${row.item}`}
        />
      )}
    </Card>
  );
}
