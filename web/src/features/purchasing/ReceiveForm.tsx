'use client';

import { type FormEvent, useMemo, useState } from 'react';
import { reasonAt } from '@/api/problem';
import type { PurchaseOrder } from '@/api/types';
import { useLocationName } from '@/features/inventory/useLocations';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { QuantityField } from '@/ui/Choice';
import { useReason } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { outstanding } from './steps';
import { newKey } from './useOrdering';
import { usePurchaseStep } from './usePurchaseStep';
import { unitsOf } from './wanted';

type Line = PurchaseOrder['lines'][number];

/** What arrived of an order, line by line; it goes into stock when confirmed. */
export function ReceiveForm({ order, onDone }: { order: PurchaseOrder; onDone: () => void }) {
  const { t } = useWords();
  const why = useReason();
  const nameOf = useLocationName();
  const step = usePurchaseStep(order.id);
  const open = order.lines.filter((line) => outstanding(line) > 0);
  const all = () => new Map(open.map((line) => [line.product_id, String(outstanding(line))]));
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(all);
  const textOf = (line: Line) => typed.get(line.product_id) ?? '0';
  const bad = open.some((line) => unitsOf(textOf(line)) === null);
  const lines = open
    .map((line) => ({ product_id: line.product_id, quantity: unitsOf(textOf(line)) ?? 0 }))
    .filter((line) => line.quantity > 0);
  const reasonOf = (line: Line) => {
    const at = lines.findIndex((each) => each.product_id === line.product_id);
    return at < 0 ? undefined : reasonAt(step.error, `lines[${at}]`);
  };
  const what = JSON.stringify(lines);
  // A second attempt at the same goods bears the same key, so they are not taken in twice.
  const receipt = useMemo(() => ({ what, key: newKey() }), [what]);
  const receive = (event: FormEvent) => {
    event.preventDefault();
    if (!bad && lines.length > 0) {
      step.mutate({ step: 'receive', lines, key: receipt.key }, { onSuccess: onDone });
    }
  };
  const columns: Column<Line>[] = [
    { key: 'product', head: t('col.product'), names: true, cell: (row) => <bdi>{row.name}</bdi> },
    {
      key: 'rest',
      head: t('po.ordered'),
      figure: true,
      cell: (row) => t('po.rest', { n: outstanding(row) }),
    },
    {
      key: 'now',
      head: t('po.arrived'),
      figure: true,
      cell: (row) => (
        <QuantityField
          label={t('po.arrivedOf', { name: row.name })}
          min={0}
          value={textOf(row)}
          aria-invalid={unitsOf(textOf(row)) === null || undefined}
          error={reasonOf(row)}
          onChange={(event) => setTyped(new Map(typed).set(row.product_id, event.target.value))}
        />
      ),
    },
  ];
  return (
    <Card
      title={t('po.do.receive')}
      text={t('po.receive.text', { location: nameOf(order.location_id) })}
      flush
    >
      <form onSubmit={receive} noValidate>
        <Table
          label={t('po.do.receive')}
          columns={columns}
          rows={open}
          rowKey={(row) => row.product_id}
        />
        <div className="grid gap-3 px-4 py-3 sm:px-5">
          {step.error && !open.some(reasonOf) && (
            <Banner tone="bad" alert>
              {why(step.error)}
            </Banner>
          )}
          {lines.length === 0 && <p className="text-ink-2 text-sm">{t('po.receive.zero')}</p>}
          <div className="flex flex-wrap justify-end gap-2">
            <Button kind="quiet" onClick={() => setTyped(new Map())}>
              {t('po.receive.nothing')}
            </Button>
            <Button kind="quiet" onClick={() => setTyped(all())}>
              {t('po.receive.all')}
            </Button>
            <Button onClick={onDone}>{t('action.cancel')}</Button>
            <Button
              type="submit"
              kind="primary"
              busy={step.isPending}
              disabled={bad || lines.length === 0}
            >
              {t('po.receive.confirm')}
            </Button>
          </div>
        </div>
      </form>
    </Card>
  );
}
