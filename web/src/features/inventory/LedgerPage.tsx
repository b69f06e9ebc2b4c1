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
import { Pager } from '@/shell/Pager';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { AdjustCard } from './AdjustCard';
import { LocationFilter } from './LocationFilter';
import { StockCard } from './StockCard';
import { useLedger } from './useLedger';
import { useLocationName } from './useLocations';

function Movements({ entries, stale }: { entries: readonly LedgerEntry[]; stale: boolean }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const change = (units: number) => (units === 0 ? '–' : fmt.signed(format, units, 0));
  const columns: Column<LedgerEntry>[] = [
    {
      key: 'kind',
      head: t('stock.kind'),
      names: true,
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
      cell: (row) => change(row.on_hand_delta),
    },
    {
      key: 'reserved',
      head: t('stock.reserved'),
      figure: true,
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
    />
  );
}

function Ledger({ id }: { id: string }) {
  const { t } = useWords();
  const location = useParam('location') ?? '';
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useLedger(id, location, cursor);
  return (
    <Card title={t('stock.movements')} actions={<LocationFilter value={location} />} flush>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="mx-4 h-60" />}
      {!error && data?.items.length === 0 && <EmptyState title={t('stock.movements.none')} />}
      {!error && data && data.items.length > 0 && (
        <>
          <Movements entries={data.items} stale={isPlaceholderData} />
          <Pager shown={data.items.length} cursor={cursor} next={data.next_cursor ?? null} />
        </>
      )}
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
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          <StockCard productId={id} />
          <Ledger id={id} />
        </div>
        <AdjustCard productId={id} />
      </div>
    </>
  );
}

export function LedgerPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
