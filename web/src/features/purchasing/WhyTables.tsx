'use client';

import type { Why } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';

type Alternative = Why['alternatives'][number];
type Offer = Why['offers'][number];

/** The proposal beside what else could be done, each with what it costs more. */
export function Alternatives({ why }: { why: Why }) {
  const { t, said, format } = useWords();
  const { quantity } = why.proposal;
  const rows: Alternative[] = [
    { code: 'proposed', text: t('why.proposed'), quantity, extra_minor: 0 },
    ...why.alternatives,
  ];
  const daysOf = (units: number) => why.curve.find((point) => point.quantity === units)?.days;
  const columns: Column<Alternative>[] = [
    {
      key: 'choice',
      head: t('why.choice'),
      names: true,
      cell: (row) => <bdi>{said(`alternative.${row.code}`, row.text)}</bdi>,
    },
    {
      key: 'quantity',
      head: t('replenish.quantity'),
      figure: true,
      cell: (row) => fmt.count(format, row.quantity),
    },
    {
      key: 'days',
      head: t('why.lasts'),
      figure: true,
      from: 'sm',
      cell: (row) => {
        const days = daysOf(row.quantity);
        return days === undefined ? '–' : fmt.count(format, days);
      },
    },
    {
      key: 'cost',
      head: t('why.costs'),
      figure: true,
      cell: (row) =>
        row.extra_minor === 0 ? '–' : fmt.signedMoney(format, row.extra_minor, why.currency),
    },
  ];
  return (
    <Card title={t('why.other')} flush>
      {why.alternatives.length === 0 ? (
        <EmptyState title={t('why.other.none')} />
      ) : (
        <Table
          label={t('why.other')}
          columns={columns}
          rows={rows}
          rowKey={(row) => `${row.code} ${row.quantity}`}
        />
      )}
    </Card>
  );
}

export function Weights({ why }: { why: Why }) {
  const { t, format } = useWords();
  const { weights, currency } = why;
  const money = (minor: number | null) =>
    minor === null ? t('product.unknown') : fmt.money(format, Math.round(minor), currency);
  return (
    <Card title={t('why.weights')}>
      <FactList
        facts={[
          { name: t('why.weight.unit'), value: money(weights.unit_cost_minor) },
          { name: t('why.weight.price'), value: money(weights.price_minor) },
          { name: t('why.weight.margin'), value: money(weights.lost_margin_minor) },
          { name: t('why.weight.holding'), value: money(weights.holding_year_minor) },
          { name: t('why.weight.order'), value: money(weights.order_minor) },
          ...(weights.shelf_days === null
            ? []
            : [{ name: t('why.weight.shelf'), value: fmt.count(format, weights.shelf_days) }]),
        ]}
      />
    </Card>
  );
}

export function Offers({ why }: { why: Why }) {
  const { t, format } = useWords();
  const columns: Column<Offer>[] = [
    {
      key: 'supplier',
      head: t('replenish.supplier'),
      names: true,
      cell: (row) => (
        <span className="grid justify-items-start gap-0.5">
          <bdi>{row.supplier}</bdi>
          {row.chosen && <Badge tone="good">{t('why.chosen')}</Badge>}
        </span>
      ),
    },
    {
      key: 'cost',
      head: t('col.cost'),
      figure: true,
      cell: (row) =>
        row.unit_cost_minor === null ? '–' : fmt.money(format, row.unit_cost_minor, why.currency),
    },
    {
      key: 'lead',
      head: t('proposal.input.lead_time_days'),
      figure: true,
      cell: (row) => fmt.count(format, row.lead_time_days, 1),
    },
    {
      key: 'minimum',
      head: t('why.minimum'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.minimum_quantity),
    },
  ];
  return (
    <Card title={t('why.offers')} flush>
      {why.offers.length === 0 ? (
        <EmptyState title={t('replenish.noSupplier')} />
      ) : (
        <Table
          label={t('why.offers')}
          columns={columns}
          rows={why.offers}
          rowKey={(row) => row.supplier_id}
        />
      )}
    </Card>
  );
}
