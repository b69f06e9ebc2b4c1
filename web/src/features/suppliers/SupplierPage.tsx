'use client';

import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Dialog } from '@/ui/Dialog';
import { FactList } from '@/ui/FactList';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { DeliveriesCard } from './DeliveriesCard';
import { LeadTimeCard } from './LeadTimeCard';
import { SupplierForm } from './SupplierForm';
import { TermsCard } from './TermsCard';
import { type Supplier, useSupplier } from './useSuppliers';

function Facts({ supplier, currency }: { supplier: Supplier; currency: string }) {
  const { t, format } = useWords();
  const names = fmt.weekdays(format);
  const money = (minor: number | null | undefined) =>
    minor ? fmt.money(format, minor, currency) : '–';
  const weekdays = supplier.order_weekdays ?? [];
  return (
    <Card title={t('po.facts')}>
      <FactList
        facts={[
          { name: t('login.email'), value: <bdi dir="ltr">{supplier.email ?? '–'}</bdi> },
          { name: t('system.currency'), value: currency },
          { name: t('suppliers.minimum.short'), value: money(supplier.minimum_order_minor) },
          { name: t('suppliers.delivery.short'), value: money(supplier.delivery_minor) },
          { name: t('suppliers.free'), value: money(supplier.free_delivery_from_minor) },
          {
            name: t('suppliers.weekdays'),
            value:
              weekdays.length > 0
                ? weekdays.map((day) => names[day]).join(', ')
                : t('suppliers.anyDay'),
          },
        ]}
      />
      {supplier.note && (
        <p dir="auto" className="mt-3 text-sm">
          {supplier.note}
        </p>
      )}
    </Card>
  );
}

function Missing({ id }: { id: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('suppliers.title')} hidden />
      <EmptyState
        title={t(id ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/suppliers/">{t('suppliers.title')}</AppLink>}
      />
    </>
  );
}

function ById({ id }: { id: string }) {
  const { t } = useWords();
  const { data, error, refetch } = useSupplier(id);
  const shop = useStatus().data?.shop.currency ?? 'EUR';
  const [changing, setChanging] = useState(false);
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Missing id />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  const currency = data.currency ?? shop;
  const close = () => setChanging(false);
  return (
    <>
      <AppLink href="/suppliers/" className="mb-2 inline-block text-sm">
        {t('suppliers.title')}
      </AppLink>
      <PageTitle
        title={data.name}
        actions={<Button onClick={() => setChanging(true)}>{t('users.change')}</Button>}
      />
      <InOrder narrow className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <InOrder className="grid min-w-0 gap-4">
          <TermsCard id={id} currency={currency} />
          <DeliveriesCard id={id} told={data.lead_time_days} />
        </InOrder>
        <InOrder className="grid min-w-0 gap-4">
          <LeadTimeCard id={id} />
          <Facts supplier={data} currency={currency} />
        </InOrder>
      </InOrder>
      <Dialog title={data.name} open={changing} onClose={close}>
        <SupplierForm supplier={data} onSaved={close} onClose={close} />
      </Dialog>
    </>
  );
}

export function SupplierPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Missing id={false} />;
}
