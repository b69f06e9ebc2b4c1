'use client';

import { useMemo } from 'react';
import { ApiError } from '@/api/problem';
import type { Why } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import type { ChartData, ChartTone } from '@/ui/chart/types';
import { InOrder } from '@/ui/InOrder';
import { Notes } from '@/ui/Notes';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { useWhy } from './useWhy';
import { Alternatives, Offers, Weights } from './WhyTables';

function CostCurve({ why }: { why: Why }) {
  const { t, format } = useWords();
  const data = useMemo<ChartData>(() => {
    const line = (name: string, tone: ChartTone, values: number[]) => ({
      name,
      kind: 'line' as const,
      tone,
      values,
      read: (value: number) => fmt.money(format, value, why.currency),
      tick: (value: number) => fmt.money(format, value, why.currency, 'compact'),
    });
    return {
      days: why.curve.map((point) => String(point.quantity)),
      dayTick: (quantity) => fmt.count(format, Number(quantity)),
      point: {
        head: t('replenish.quantity'),
        name: (quantity) => t('why.units', { n: Number(quantity) }),
        at: why.curve.map((point) => point.quantity),
      },
      series: [
        line(
          t('why.extra'),
          1,
          why.curve.map((point) => point.extra_minor),
        ),
        line(
          t('why.holding'),
          2,
          why.curve.map((point) => point.holding_minor),
        ),
        line(
          t('why.lost'),
          3,
          why.curve.map((point) => point.lost_margin_minor),
        ),
      ],
    };
  }, [why, format, t]);
  return (
    <Card title={t('why.curve')}>
      <Chart title={t('why.curve')} data={data} />
    </Card>
  );
}

function Explained({ id, location }: { id: string; location: string | null }) {
  const { t } = useWords();
  const { data, error, refetch } = useWhy(id, location);
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  const { proposal } = data;
  const units = t('proposal.units', { n: proposal.quantity });
  return (
    <>
      <AppLink href="/replenishment/" className="mb-2 inline-block text-sm">
        {t('replenish.title')}
      </AppLink>
      <PageTitle
        title={`${t('why.title')}: ${proposal.name}`}
        text={
          proposal.quantity > 0
            ? t('proposal.order', { units, location: proposal.location_name })
            : t('proposal.enough', { location: proposal.location_name })
        }
      />
      <InOrder narrow className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          <p dir="auto" className="max-w-prose">
            {proposal.reason}
          </p>
          <CostCurve why={data} />
          <Alternatives why={data} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Weights why={data} />
          <Offers why={data} />
          <Notes title={t('proposal.assumptions')} notes={proposal.assumptions} />
        </div>
      </InOrder>
    </>
  );
}

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  const title = t(missing ? 'list.missing' : 'list.noId');
  return (
    <>
      <PageTitle title={t('why.title')} hidden />
      <EmptyState
        title={title}
        action={<AppLink href="/replenishment/">{t('replenish.title')}</AppLink>}
      />
    </>
  );
}

export function WhyPage() {
  const id = useParam('id');
  const location = useParam('location');
  return id ? <Explained key={`${id} ${location}`} id={id} location={location} /> : <Nothing />;
}
