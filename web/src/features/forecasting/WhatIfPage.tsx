'use client';

import { type FormEvent, useState } from 'react';
import { reasonAt } from '@/api/problem';
import type { Product } from '@/api/types';
import { ProductName } from '@/features/products/ProductName';
import { ProductPicker } from '@/features/products/ProductPicker';
import { useProduct } from '@/features/products/useProduct';
import { amountOf, minorOf } from '@/i18n/amount';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOf, oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { ForecastTabs } from './ForecastTabs';
import { useWhatIf } from './useWhatIf';
import { WhatIfOutcome } from './WhatIfOutcome';

const HORIZONS = [7, 28, 90];
const WAYS = ['price', 'promotion'] as const;
type Way = (typeof WAYS)[number];

function percentOf(text: string): number | null {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= 90 ? value : null;
}

interface FormProps {
  product: Product;
  way: Way;
  days: number;
  value: string;
  /** Why the API refuses the value. */
  refused: string | undefined;
}

/** The question; what is asked stands in the address, so that it can be shared. */
function Question({ product, way, days, value, refused }: FormProps) {
  const { t, format } = useWords();
  const { currency, price_minor: price } = product;
  const usual = way === 'price' ? amountOf(price, currency) : '20';
  const [text, setText] = useState(value || usual);
  const [tried, setTried] = useState(false);
  const good = way === 'price' ? (minorOf(text, currency) ?? 0) > 0 : percentOf(text) !== null;
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (good) changeUrl({ value: text.trim() });
  };
  return (
    <form noValidate onSubmit={ask} className="grid gap-4">
      <ProductName
        id={product.id}
        name={product.name}
        sku={product.sku}
        also={fmt.money(format, price, currency)}
      />
      <div className="flex flex-wrap gap-3">
        <Segmented
          label={t('whatIf.way')}
          value={way}
          options={WAYS.map((each) => ({ value: each, label: t(`whatIf.way.${each}`) }))}
          onChange={(how) => changeUrl({ how: how === 'price' ? null : how, value: null })}
        />
        <Segmented
          label={t('forecast.horizon')}
          value={days}
          options={HORIZONS.map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
          onChange={(n) => changeUrl({ horizon: n === 28 ? null : String(n) })}
        />
      </div>
      <TextField
        label={way === 'price' ? t('whatIf.price', { currency }) : t('whatIf.off')}
        inputMode="decimal"
        value={text}
        error={
          tried && !good
            ? t(way === 'price' ? 'suppliers.amount.bad' : 'whatIf.off.bad')
            : text.trim() === value
              ? refused
              : undefined
        }
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex justify-end">
        <Button type="submit" kind="primary">
          {t('whatIf.ask')}
        </Button>
      </div>
    </form>
  );
}

function ById({ id }: { id: string }) {
  const { t } = useWords();
  const way = oneOf(useParam('how'), WAYS);
  const days = oneOfNumbers(useParam('horizon'), HORIZONS, 28);
  const value = useParam('value') ?? '';
  const product = useProduct(id);
  const currency = product.data?.currency;
  const answer = useWhatIf({
    productId: id,
    days,
    price: way === 'price' && currency ? minorOf(value, currency) : null,
    off: way === 'promotion' ? percentOf(value) : null,
  });
  const refused =
    reasonAt(answer.error, 'price_minor') ??
    reasonAt(answer.error, 'percent_off') ??
    reasonAt(answer.error, 'promotion');
  if (product.error) {
    return <ErrorState error={product.error} retry={() => void product.refetch()} />;
  }
  if (!product.data) return <Loading className="h-80" />;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
      <Card title={t('whatIf.question')}>
        <Question
          key={`${id} ${way} ${value}`}
          product={product.data}
          way={way}
          days={days}
          value={value}
          refused={refused}
        />
      </Card>
      <div className="min-w-0">
        {answer.error && !refused && (
          <ErrorState error={answer.error} retry={() => void answer.refetch()} />
        )}
        {!answer.error && answer.data && value && (
          <WhatIfOutcome answer={answer.data} stale={answer.isPlaceholderData} />
        )}
        {!answer.error && !answer.data && answer.isFetching && <Loading className="h-80" />}
        {!value && <EmptyState title={t('whatIf.open')} text={t('whatIf.open.text')} />}
      </div>
    </div>
  );
}

/** What a price or a promotion would do to a product's sales, revenue and margin. */
export function WhatIfPage() {
  const { t } = useWords();
  const id = useParam('id');
  return (
    <>
      <ForecastTabs here="/forecasts/what-if/" />
      <PageTitle title={t('whatIf.title')} text={t('whatIf.text')} />
      <div className="mb-4 max-w-md">
        <ProductPicker
          label={t('whatIf.product')}
          onPick={(product) => changeUrl({ id: product.id, value: null }, 'push')}
        />
      </div>
      {id ? <ById key={id} id={id} /> : <EmptyState title={t('whatIf.none')} />}
    </>
  );
}
