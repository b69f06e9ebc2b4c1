'use client';

import { ApiError } from '@/api/problem';
import type { Customer } from '@/api/types';
import { InsightCard } from '@/features/analyst/InsightCard';
import { NextBasketCard, PreviewCard } from '@/features/recommendations/CustomerCards';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { DuplicatesCard } from './DuplicatesCard';
import { InteractionsCard } from './InteractionsCard';
import { LifecycleBadge } from './LifecycleBadge';
import { MergedInto } from './MergedRecords';
import { RunOutCard } from './RunOutCard';
import { SegmentCard } from './SegmentCard';
import { TimelineCard } from './TimelineCard';
import { useCustomer } from './useCustomer';
import { useInsights } from './useInsights';
import { ValueTiles } from './ValueTiles';

function Facts({ customer }: { customer: Customer }) {
  const { t, format } = useWords();
  const given = (yes: boolean | undefined) => (
    <Badge tone={yes ? 'good' : 'neutral'}>{t(yes ? 'customer.yes' : 'customer.no')}</Badge>
  );
  const { consent } = customer;
  const personal = consent?.refuses_personalisation ? (
    <Badge tone="warn">{t('customer.refuses')}</Badge>
  ) : (
    given(consent?.personalisation)
  );
  const address = Object.values(customer.address ?? {}).join(', ');
  return (
    <>
      <Card title={t('customer.contact')}>
        <FactList
          facts={[
            {
              name: t('customer.email'),
              value: <bdi className="wrap-anywhere">{customer.email ?? '–'}</bdi>,
            },
            { name: t('customer.phone'), value: <bdi>{customer.phone ?? '–'}</bdi> },
            ...(address ? [{ name: t('customer.address'), value: <bdi>{address}</bdi> }] : []),
            {
              name: t('customer.since'),
              value: fmt.day(format, customer.created_at.slice(0, 10)),
            },
            { name: t('customer.tags'), value: <bdi>{customer.tags?.join(', ') || '–'}</bdi> },
          ]}
        />
      </Card>
      <Card title={t('customer.consent')}>
        <FactList
          facts={[
            { name: t('customer.consent.email'), value: given(consent?.email_marketing) },
            { name: t('customer.consent.sms'), value: given(consent?.sms_marketing) },
            { name: t('customer.consent.personal'), value: personal },
          ]}
        />
      </Card>
    </>
  );
}

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('customer.title')} hidden />
      <EmptyState
        title={t(missing ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/customers/">{t('customer.title')}</AppLink>}
      />
    </>
  );
}

function ById({ id }: { id: string }) {
  const { t, format } = useWords();
  const { data, error, refetch } = useCustomer(id);
  const found = useInsights(id);
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data || (!found.data && !found.error)) return <Loading className="h-96" />;
  const insights = found.data?.insights;
  return (
    <>
      <AppLink href="/customers/" className="mb-2 inline-block text-sm">
        {t('customer.title')}
      </AppLink>
      <PageTitle
        title={data.name}
        text={
          <span className="flex flex-wrap items-center gap-2">
            <bdi>{data.id}</bdi>
            {insights && <LifecycleBadge lifecycle={insights.lifecycle} />}
            {data.status === 'archived' && <Badge>{t('products.archived')}</Badge>}
            {insights && (
              <span>{t('customer.asOf', { day: fmt.day(format, insights.as_of) })}</span>
            )}
          </span>
        }
      />
      <MergedInto customer={data} />
      {found.error && <ErrorState error={found.error} retry={() => void found.refetch()} />}
      {insights && <ValueTiles insights={insights} />}
      {found.data && !insights && (
        <EmptyState
          title={t(found.data.state === 'refused' ? 'customer.refused' : 'customer.unknown')}
          text={t(
            found.data.state === 'refused' ? 'customer.refused.text' : 'customer.unknown.text',
          )}
        />
      )}
      <InOrder
        narrow
        className="mt-4 grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]"
      >
        <InOrder className="grid min-w-0 gap-4">
          <InsightCard subject="customer" id={id} />
          {insights && <RunOutCard insights={insights} />}
          <TimelineCard id={id} />
          <InteractionsCard id={id} />
        </InOrder>
        <InOrder className="grid min-w-0 gap-4">
          <NextBasketCard id={id} />
          <PreviewCard id={id} />
          {insights && <SegmentCard insights={insights} />}
          {!data.merged && <DuplicatesCard customer={data} />}
          <Facts customer={data} />
        </InOrder>
      </InOrder>
    </>
  );
}

export function CustomerPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
