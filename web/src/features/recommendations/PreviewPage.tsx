'use client';

import { useState } from 'react';
import type { Recommendations } from '@/api/types';
import { useCustomer } from '@/features/customers/useCustomer';
import { useCustomers } from '@/features/customers/useCustomers';
import { useCategories } from '@/features/products/useCategories';
import { useProduct } from '@/features/products/useProduct';
import { useProducts } from '@/features/products/useProducts';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOf } from '@/shell/url';
import { usePause } from '@/shell/usePause';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { Picker } from '@/ui/Picker';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Fallback } from './CustomerCards';
import { RecommendedList } from './RecommendedList';
import { CHOICES, CONTEXTS, type Looked, usePreview } from './useRecommended';

const FOUND = 8;

function PickCustomer() {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const filters = {
    search: usePause(typed),
    status: 'active',
    sort: '-created_at',
    segment: '',
  } as const;
  const { data } = useCustomers(filters, null);
  return (
    <Picker
      label={t('preview.customer')}
      placeholder={t('customer.search')}
      typed={typed}
      onType={setTyped}
      none={data ? t('customer.none') : ''}
      matches={(data?.items ?? []).slice(0, FOUND)}
      onPick={(customer) => changeUrl({ customer }, 'push')}
    />
  );
}

function PickProduct() {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const filters = {
    search: usePause(typed),
    category: '',
    status: 'active',
    sort: 'name',
  } as const;
  const { data } = useProducts(filters, null);
  return (
    <Picker
      label={t('preview.product')}
      placeholder={t('products.search.hint')}
      typed={typed}
      onType={setTyped}
      none={data ? t('products.none') : ''}
      matches={(data?.items ?? []).slice(0, FOUND)}
      onPick={(product) => changeUrl({ product })}
    />
  );
}

/** The page of the shop that is looked at, and what may stand on it. */
function Filters({ looked }: { looked: Looked }) {
  const { t } = useWords();
  const categories = useCategories().data?.items ?? [];
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <SelectField
        label={t('preview.context')}
        value={looked.context}
        options={CONTEXTS.map((value) => ({ value, label: t(`preview.context.${value}`) }))}
        onChange={(value) => changeUrl({ context: value === 'home' ? null : value, product: null })}
      />
      <SelectField
        label={t('products.category')}
        value={looked.category}
        options={[
          { value: '', label: t('products.all') },
          ...categories.map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(category) => changeUrl({ category })}
      />
      <SelectField
        label={t('preview.own')}
        value={looked.own}
        options={CHOICES.map((value) => ({ value, label: t(`preview.own.${value}`) }))}
        onChange={(own) => changeUrl({ own: own === 'include' ? null : own })}
      />
    </div>
  );
}

/** What the answer rests on. */
function Basis({ of }: { of: Recommendations }) {
  const { t, format } = useWords();
  return (
    <p className="px-4 pb-2 text-ink-2 text-sm sm:px-5">
      {of.model_version !== null && of.as_of
        ? t('preview.basis', { n: of.model_version, day: fmt.day(format, of.as_of) })
        : t('preview.noModel')}
      {of.experiment && (
        <>
          {' · '}
          <AppLink href={`/experiment/?id=${encodeURIComponent(of.experiment.experiment_id)}`}>
            {t('preview.arm', { arm: of.experiment.variant })}
          </AppLink>
        </>
      )}
    </p>
  );
}

function Shown({ id, looked }: { id: string; looked: Looked }) {
  const { t } = useWords();
  const { data, error, refetch, isPlaceholderData } = usePreview(id, looked);
  const title = t('preview.card');
  return (
    <Card title={title} text={t('preview.quiet')} flush>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-96" />}
      {!error && data && (
        <>
          <Basis of={data} />
          <Fallback of={data} />
          {data.items.length === 0 ? (
            <EmptyState title={t('rec.none')} text={t('list.none.text')} />
          ) : (
            <RecommendedList label={title} of={data} stale={isPlaceholderData} />
          )}
        </>
      )}
    </Card>
  );
}

function As({ id }: { id: string }) {
  const { t } = useWords();
  const customer = useCustomer(id);
  const product = useParam('product') ?? '';
  const looked: Looked = {
    context: oneOf(useParam('context'), CONTEXTS),
    product,
    category: useParam('category') ?? '',
    own: oneOf(useParam('own'), CHOICES),
  };
  if (customer.error) return <ErrorState error={customer.error} />;
  const missing = looked.context === 'product' && !product;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <AppLink href={`/customer/?id=${encodeURIComponent(id)}`} className="font-medium">
          <bdi>{customer.data?.name ?? id}</bdi>
        </AppLink>
        <Button small onClick={() => changeUrl({ customer: null }, 'push')}>
          {t('preview.other')}
        </Button>
      </div>
      <Filters looked={looked} />
      {looked.context === 'product' && product && <OfProduct id={product} />}
      {missing ? <PickProduct /> : <Shown id={id} looked={looked} />}
    </>
  );
}

function OfProduct({ id }: { id: string }) {
  const { t } = useWords();
  const { data } = useProduct(id);
  return (
    <p className="flex flex-wrap items-center gap-3 text-sm">
      {t('preview.on')} <bdi className="font-medium">{data?.name ?? id}</bdi>
      <Button small onClick={() => changeUrl({ product: null })}>
        {t('preview.otherProduct')}
      </Button>
    </p>
  );
}

export function PreviewPage() {
  const { t } = useWords();
  const id = useParam('customer');
  return (
    <>
      <AppLink href="/recommendations/" className="mb-2 inline-block text-sm">
        {t('nav.recommendations')}
      </AppLink>
      <PageTitle title={t('preview.title')} text={t('preview.text')} />
      <div className="grid max-w-3xl gap-4">{id ? <As key={id} id={id} /> : <PickCustomer />}</div>
    </>
  );
}
