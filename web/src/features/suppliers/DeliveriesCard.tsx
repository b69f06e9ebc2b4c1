'use client';

import { useMemo } from 'react';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type Delivery, useDeliveries } from './useSuppliers';

const ENOUGH = 3;

/** Days that each delivery took, oldest first; two of one day are two points. */
function Taken({ deliveries, told }: { deliveries: readonly Delivery[]; told: number }) {
  const { t, format } = useWords();
  const data = useMemo(() => {
    const rows = deliveries.toReversed();
    const read = (value: number) => t('dashboard.days', { n: value });
    const tick = (value: number) => fmt.count(format, value);
    const dayOf = (point: string) => rows[Number(point)]?.at.slice(0, 10) ?? '';
    return {
      days: rows.map((_, i) => String(i)),
      dayTick: (point: string) => fmt.day(format, dayOf(point), 'tick'),
      point: { head: t('col.day'), name: (point: string) => fmt.day(format, dayOf(point), 'long') },
      series: [
        {
          name: t('suppliers.took'),
          kind: 'bar' as const,
          tone: 1 as const,
          values: rows.map((row) => row.days),
          read,
          tick,
        },
        {
          name: t('suppliers.told'),
          kind: 'line' as const,
          tone: 2 as const,
          values: rows.map(() => told),
          read,
          tick,
        },
      ],
    };
  }, [deliveries, told, t, format]);
  return (
    <div className="px-4 sm:px-5">
      <Chart title={t('suppliers.deliveries')} data={data} height="h-44" />
    </div>
  );
}

export function DeliveriesCard({ id, told }: { id: string; told: number }) {
  const { t, format } = useWords();
  const list = useDeliveries(id);
  // Bars stand in the order of time.
  const inTime = list.sorting.sort === undefined;
  const columns: Column<Delivery>[] = [
    {
      key: 'at',
      head: t('suppliers.arrived'),
      names: true,
      sort: 'at',
      cell: (row) => (
        <AppLink href={`/purchase-order/?id=${encodeURIComponent(row.purchase_order_id)}`}>
          {fmt.day(format, row.at.slice(0, 10))}
        </AppLink>
      ),
    },
    {
      key: 'days',
      head: t('suppliers.took'),
      figure: true,
      sort: 'days',
      cell: (row) => t('dashboard.days', { n: row.days }),
    },
    {
      key: 'units',
      head: t('col.units'),
      figure: true,
      sort: 'units',
      cell: (row) => fmt.count(format, row.units),
    },
  ];
  return (
    <Card
      title={t('suppliers.deliveries')}
      text={t('suppliers.deliveries.text')}
      actions={<ExportButton name="deliveries" file={list.file} />}
      flush
    >
      <Listing bare {...list} none={<EmptyState title={t('suppliers.deliveries.none')} />}>
        {(rows) => (
          <>
            {inTime && rows.length >= ENOUGH && <Taken deliveries={rows} told={told} />}
            <Table
              label={t('suppliers.deliveries')}
              columns={columns}
              rows={rows}
              rowKey={(row) => `${row.purchase_order_id} ${row.at}`}
              {...list.sorting}
            />
          </>
        )}
      </Listing>
    </Card>
  );
}
