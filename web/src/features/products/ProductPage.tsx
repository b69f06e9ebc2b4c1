'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ApiError } from '@/api/problem';
import type { Product, Status } from '@/api/types';
import { InsightCard } from '@/features/analyst/InsightCard';
import { DriversCard } from '@/features/forecasting/DriversCard';
import { ForecastCard } from '@/features/forecasting/ForecastCard';
import { ProposalCard } from '@/features/inventory/ProposalCard';
import { StockCard } from '@/features/inventory/StockCard';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOfNumbers } from '@/shell/url';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { PriceHistory } from './PriceHistory';
import { ProductFacts } from './ProductFacts';
import { SALES_RANGES, SalesHistory } from './SalesHistory';
import { useProduct } from './useProduct';
import { useProductSales } from './useProductSales';
import { VariantsCard } from './VariantsCard';

const BEFORE_FORECAST = 60;
// As the dashboard's ranges.
const LIVE_WITHIN_DAYS = 7;

/** The last day shown: today in a shop that sells, the end of an old history otherwise. */
function lastDay(dataUntil: string | null, today: string): string {
  const old = dataUntil !== null && dataUntil < fmt.addDays(today, -LIVE_WITHIN_DAYS);
  return old ? dataUntil : today;
}

function Header({ product }: { product: Product }) {
  const { t } = useWords();
  return (
    <>
      <AppLink href="/products/" className="mb-2 inline-block text-sm">
        {t('product.back')}
      </AppLink>
      <PageTitle
        title={product.name}
        text={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span>
              {t('col.sku')} <bdi>{product.sku}</bdi>
            </span>
            {product.category && <Badge tone="accent">{product.category}</Badge>}
            {product.status === 'archived' && <Badge>{t('products.archived')}</Badge>}
          </span>
        }
      />
    </>
  );
}

function Details({ product, status }: { product: Product; status: Status }) {
  const { t } = useWords();
  const { id } = product;
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['product', id] }));
  useLiveChannel(`product.${id}`, reread);
  const days = oneOfNumbers(useParam('days'), SALES_RANGES, 90);
  const today = fmt.today(status.shop.time_zone);
  const to = lastDay(status.data_until, today);
  const from = fmt.addDays(to, 1 - days);
  const sales = useProductSales(id, from, to);
  const recent = useProductSales(id, fmt.addDays(to, 1 - BEFORE_FORECAST), to);
  const history = useMemo(() => recent.data?.points ?? [], [recent.data]);
  return (
    <>
      <VariantsCard product={product} from={from} to={to} />
      {/* One column on a phone, in the order of use; two where there is room. */}
      <InOrder narrow className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <InOrder className="contents lg:grid lg:gap-4">
          <ForecastCard productId={id} history={history} timeZone={status.shop.time_zone} />
          <div className="order-2 min-w-0">
            {sales.data && <SalesHistory sales={sales.data} days={days} today={today} />}
            {sales.error && (
              <Card title={t('product.sales')}>
                <ErrorState error={sales.error} retry={() => void sales.refetch()} />
              </Card>
            )}
            {sales.isPending && <Loading className="h-72" />}
          </div>
          <div className="order-3 min-w-0">
            <PriceHistory productId={id} currency={product.currency} from={from} to={to} />
          </div>
          <div className="order-4 min-w-0">
            <DriversCard productId={id} />
          </div>
        </InOrder>
        <InOrder className="contents lg:grid lg:gap-4">
          <div className="order-1 min-w-0">
            <ProposalCard productId={id} currency={product.currency} today={today} />
          </div>
          <div className="order-1 min-w-0">
            <StockCard productId={id} />
          </div>
          <div className="order-5 min-w-0">
            <InsightCard subject="product" id={id} />
          </div>
          <div className="order-5 min-w-0">
            <ProductFacts product={product} />
          </div>
        </InOrder>
      </InOrder>
    </>
  );
}

function ProductById({ id }: { id: string }) {
  const { t } = useWords();
  const product = useProduct(id);
  const status = useStatus();
  if (product.error instanceof ApiError && [400, 404].includes(product.error.status)) {
    return (
      <>
        <PageTitle title={t('product.missing')} hidden />
        <EmptyState
          title={t('product.missing')}
          action={<AppLink href="/products/">{t('product.back')}</AppLink>}
        />
      </>
    );
  }
  const error = product.error ?? status.error;
  if (error) return <ErrorState error={error} retry={() => void product.refetch()} />;
  if (!product.data || !status.data) return <Loading className="h-96" />;
  return (
    <>
      <Header product={product.data} />
      <Details product={product.data} status={status.data} />
    </>
  );
}

export function ProductPage() {
  const { t } = useWords();
  const id = useParam('id');
  if (!id) {
    return (
      <>
        <PageTitle title={t('product.noId')} hidden />
        <EmptyState
          title={t('product.noId')}
          action={<AppLink href="/products/">{t('product.back')}</AppLink>}
        />
      </>
    );
  }
  return <ProductById key={id} id={id} />;
}
