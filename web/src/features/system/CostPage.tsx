'use client';

import type { SystemCost } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Bar } from '@/ui/Bar';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { SystemFrame } from './SystemFrame';
import { useCost } from './useCost';

type Month = SystemCost['stated'];
type Service = Month['services'][number];

function Bill({ title, text, month }: { title: string; text: string; month: Month }) {
  const { t, format } = useWords();
  // Millionths of a dollar to cents, for the eye.
  const money = (micro: number) => fmt.money(format, Math.round(micro / 10_000), 'USD');
  const most = Math.max(...month.services.map(({ amount_micro: micro }) => micro), 1);
  const columns: Column<Service>[] = [
    { key: 'service', head: t('cost.service'), names: true, cell: (row) => row.service },
    {
      key: 'share',
      head: t('cost.share'),
      from: 'md',
      cell: (row) => <Bar share={row.amount_micro / most} />,
    },
    {
      key: 'amount',
      head: t('cost.month'),
      figure: true,
      cell: (row) => money(row.amount_micro),
    },
  ];
  const rows = month.services.toSorted((a, b) => b.amount_micro - a.amount_micro);
  return (
    <Card title={title} text={text} flush>
      <p className="px-4 pb-2 sm:px-5">
        <strong className="figures font-semibold text-2xl">{money(month.total_micro)}</strong>{' '}
        <span className="text-ink-2 text-sm">{t('cost.aMonth')}</span>
      </p>
      <div className="px-4 pb-3 sm:px-5">
        <FactList
          facts={[
            { name: t('cost.requests'), value: fmt.count(format, month.requests) },
            { name: t('cost.orders'), value: fmt.count(format, month.orders) },
            { name: t('cost.events'), value: fmt.count(format, month.events) },
            { name: t('cost.gigabytes'), value: fmt.count(format, month.gigabytes) },
          ]}
        />
      </div>
      <Table label={title} columns={columns} rows={rows} rowKey={(row) => row.service} />
    </Card>
  );
}

function Shown({ cost }: { cost: SystemCost }) {
  const { t, format } = useWords();
  const { measured } = cost;
  const onAws = cost.runs_on === 'aws';
  return (
    <div className="grid gap-4">
      <Banner tone={onAws ? 'accent' : 'good'}>
        {t(onAws ? 'cost.onAws' : 'cost.here', {
          limit: fmt.money(format, cost.spend_limit_usd * 100, 'USD', 'whole'),
        })}
      </Banner>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Bill
          title={t('cost.measured')}
          text={t('cost.measured.text', {
            n: measured.days,
            since: fmt.day(format, measured.since),
          })}
          month={measured.month}
        />
        <Bill title={t('cost.stated')} text={t('cost.stated.text')} month={cost.stated} />
      </div>
      <p className="text-ink-2 text-sm">
        {t('cost.prices', {
          asOf: fmt.day(format, `${cost.prices_as_of}-01`, 'month'),
          region: cost.region,
          environment: cost.environment,
        })}
      </p>
    </div>
  );
}

export function CostPage() {
  const { data, error, refetch } = useCost();
  return (
    <SystemFrame here="/system/cost/" text="cost.text">
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-96" />}
      {data && <Shown cost={data} />}
    </SystemFrame>
  );
}
