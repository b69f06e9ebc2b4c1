'use client';

import { ApiError } from '@/api/problem';
import type { Customer } from '@/api/types';
import { OrdersTable } from '@/features/orders/OrdersTable';
import { useOrders } from '@/features/orders/useOrders';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { useCustomer } from './useCustomer';

function Orders({ id }: { id: string }) {
  const { t } = useWords();
  const cursor = useParam('cursor');
  const filters = { status: '', number: '', from: '', to: '', customer: id } as const;
  const { data, error, refetch, isPlaceholderData } = useOrders(filters, cursor);
  return (
    <Card title={t('customer.orders')} flush>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-60" />}
      {!error && data?.items.length === 0 && <EmptyState title={t('customer.orders.none')} />}
      {!error && data && data.items.length > 0 && (
        <>
          <OrdersTable orders={data.items} stale={isPlaceholderData} />
          <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
        </>
      )}
    </Card>
  );
}

function Facts({ customer }: { customer: Customer }) {
  const { t, format } = useWords();
  const given = (yes: boolean | undefined) => (
    <Badge tone={yes ? 'good' : 'neutral'}>{t(yes ? 'customer.yes' : 'customer.no')}</Badge>
  );
  const { consent } = customer;
  return (
    <div className="grid min-w-0 gap-4">
      <Card title={t('customer.contact')}>
        <FactList
          facts={[
            {
              name: t('customer.email'),
              value: <bdi className="wrap-anywhere">{customer.email ?? '–'}</bdi>,
            },
            { name: t('customer.phone'), value: <bdi>{customer.phone ?? '–'}</bdi> },
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
            { name: t('customer.consent.personal'), value: given(consent?.personalisation) },
          ]}
        />
      </Card>
    </div>
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
  const { t } = useWords();
  const { data, error, refetch } = useCustomer(id);
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
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
            {data.status === 'archived' && <Badge>{t('products.archived')}</Badge>}
          </span>
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Orders id={id} />
        <Facts customer={data} />
      </div>
    </>
  );
}

export function CustomerPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
