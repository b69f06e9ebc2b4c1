'use client';

import type { Segment, SegmentRule } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import type { Sorting } from '@/shell/sorting';
import { AppLink } from '@/ui/AppLink';
import { Delta } from '@/ui/Delta';
import { type Column, Table } from '@/ui/Table';
import { segmentName } from './names';
import { RuleActions } from './RuleActions';
import { ruleText } from './rules';

interface Props extends Sorting {
  segments: readonly Segment[];
  currency: string;
}

/** How each segment does; rows are numbered as the bubbles of the map. */
export function SegmentTable({ segments, currency, ...sorting }: Props) {
  const { t, said, format } = useWords();
  const reasonOf = (row: Segment) =>
    row.rule
      ? ruleText(row.rule as SegmentRule, t, format, currency)
      : said(`segment.reason.${row.id}`, row.reason);
  const columns: Column<Segment>[] = [
    {
      key: 'name',
      head: t('segment.name'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <span className="flex gap-2">
          <span className="figures text-ink-2">{fmt.count(format, segments.indexOf(row) + 1)}</span>
          <span className="grid min-w-28 max-w-sm">
            <bdi className="font-medium">{segmentName(row, said)}</bdi>
            <bdi className="text-ink-2 text-xs">{reasonOf(row)}</bdi>
            {row.kind === 'rule' && <RuleActions segment={row} />}
          </span>
        </span>
      ),
    },
    {
      key: 'customers',
      head: t('nav.customers'),
      figure: true,
      sort: 'customers',
      cell: ({ performance: of, ...row }) =>
        of ? (
          <span className="grid">
            {of.customers ? (
              <AppLink
                href={`/customers/?segment=${encodeURIComponent(row.id)}`}
                aria-label={t('segment.members', {
                  n: fmt.count(format, of.customers),
                  name: segmentName(row, said),
                })}
              >
                {fmt.count(format, of.customers)}
              </AppLink>
            ) : (
              fmt.count(format, 0)
            )}
            <span className="text-ink-2 text-xs">{fmt.percent(format, of.share ?? 0, 0)}</span>
          </span>
        ) : (
          t('segment.waits')
        ),
    },
    {
      key: 'revenue',
      head: t('segment.revenue'),
      figure: true,
      sort: 'revenue',
      from: 'sm',
      cell: ({ performance: of }) => {
        if (!of) return '–';
        const [now = 0, before = 0] = [of.revenue_minor, of.previous_revenue_minor];
        return (
          <span className="grid justify-items-end">
            {fmt.money(format, now, of.currency, 'whole')}
            {before > 0 && <Delta change={now / before - 1} />}
          </span>
        );
      },
    },
    {
      key: 'ahead',
      head: t('segment.ahead'),
      figure: true,
      sort: 'expected_spend',
      from: 'lg',
      cell: ({ performance: of }) =>
        of ? fmt.money(format, of.expected_spend_minor ?? 0, of.currency, 'whole') : '–',
    },
    {
      key: 'churn',
      head: t('segment.churn'),
      figure: true,
      sort: 'churn',
      cell: ({ performance: of }) => (of?.customers ? fmt.percent(format, of.churn ?? 0, 0) : '–'),
    },
    {
      key: 'moved',
      head: t('segment.moved'),
      figure: true,
      from: 'md',
      cell: ({ performance: of }) =>
        of ? (
          <span className="grid">
            <span>{t('segment.came', { n: of.entered ?? 0 })}</span>
            <span className="text-ink-2">{t('segment.left', { n: of.left ?? 0 })}</span>
          </span>
        ) : (
          '–'
        ),
    },
  ];
  return (
    <Table
      label={t('nav.segments')}
      columns={columns}
      rows={segments}
      rowKey={(row) => row.id}
      {...sorting}
    />
  );
}
