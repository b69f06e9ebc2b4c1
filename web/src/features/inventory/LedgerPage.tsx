'use client';

import { useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/problem';
import type { LedgerEntry } from '@/api/types';
import { useProduct } from '@/features/products/useProduct';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { AdjustCard } from './AdjustCard';
import { LocationFilter } from './LocationFilter';
import { StockCard } from './StockCard';
import { useLedger } from './useLedger';
import { useLocationName, useLocations } from './useLocations';

interface MovementsProps extends Sorting {
  entries: readonly LedgerEntry[];
  stale: boolean;
}

function Movements({ entries, stale, ...sorting }: MovementsProps) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const change = (units: number) => (units === 0 ? '–' : fmt.signed(format, units, 0));
  const columns: Column<LedgerEntry>[] = [
    {
      key: 'kind',
      head: t('stock.kind'),
      names: true,
      sort: 'kind',
      cell: (row) => (
        <span className="grid">
          {t(`stock.kind.${row.kind}`)}
          <span className="text-ink-2 text-xs">
            {[row.reason && t(`stock.reason.${row.reason}`), row.note].filter(Boolean).join(' · ')}
          </span>
        </span>
      ),
    },
    {
      key: 'when',
      head: t('stock.when'),
      sort: 'at',
      cell: (row) => fmt.moment(format, row.at, timeZone),
    },
    {
      key: 'location',
      head: t('col.location'),
      from: 'md',
      cell: (row) => <bdi>{nameOf(row.location_id)}</bdi>,
    },
    {
      key: 'hand',
      head: t('stock.onHand'),
      figure: true,
      sort: 'on_hand_delta',
      cell: (row) => change(row.on_hand_delta),
    },
    {
      key: 'reserved',
      head: t('stock.reserved'),
      figure: true,
      sort: 'reserved_delta',
      from: 'sm',
      cell: (row) => change(row.reserved_delta),
    },
  ];
  return (
    <Table
      label={t('stock.movements')}
      columns={columns}
      rows={entries}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

function Ledger({ id }: { id: string }) {
  const { t } = useWords();
  const asked = useParam('location') ?? '';
  const places = useLocations().data?.items ?? [];
  // A ledger is kept at each location; the API's own choice is the default one.
  const location = asked || (places.find((place) => place.default) ?? places[0])?.id || '';
  const list = useLedger(id, location);
  return (
    <Card title={t('stock.movements')} flush>
      <ListTools
        bare
        rows={list}
        label={t('stock.movements')}
        name="stock-movements"
        usual={t('products.sort.newest')}
        orders={[
          ['at', t('stock.when')],
          ['kind', t('stock.kind')],
          ['on_hand_delta', t('stock.onHand')],
          ['reserved_delta', t('stock.reserved')],
        ]}
      >
        <div className="min-w-40">
          <LocationFilter one value={location} />
        </div>
      </ListTools>
      <Listing
        bare
        {...list}
        none={<EmptyState title={t(list.find ? 'list.noMatch' : 'stock.movements.none')} />}
      >
        {(rows, stale) => <Movements entries={rows} stale={stale} {...list.sorting} />}
      </Listing>
    </Card>
  );
}

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('stock.title')} hidden />
      <EmptyState
        title={t(missing ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/inventory/">{t('stock.title')}</AppLink>}
      />
    </>
  );
}

function ById({ id }: { id: string }) {
  const { t } = useWords();
  const product = useProduct(id);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['product', id] }));
  useLiveChannel(`product.${id}`, reread);
  const { data, error } = product;
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void product.refetch()} />;
  if (!data) return <Loading className="h-96" />;
  return (
    <>
      <AppLink href="/inventory/" className="mb-2 inline-block text-sm">
        {t('stock.title')}
      </AppLink>
      <PageTitle
        title={data.name}
        text={
          <AppLink href={`/product/?id=${encodeURIComponent(id)}`}>
            {t('col.sku')} <bdi>{data.sku}</bdi>
          </AppLink>
        }
      />
      <InOrder narrow className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <InOrder className="grid min-w-0 gap-4">
          <StockCard productId={id} />
          <Ledger id={id} />
        </InOrder>
        <AdjustCard productId={id} />
      </InOrder>
    </>
  );
}

export function LedgerPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
