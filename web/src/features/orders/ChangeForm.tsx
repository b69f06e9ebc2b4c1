'use client';

import { type FormEvent, useState } from 'react';
import { reasonAt } from '@/api/problem';
import type { Order } from '@/api/types';
import { unitsOf } from '@/features/purchasing/wanted';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { CheckField, QuantityField } from '@/ui/Choice';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { type Change, type LineChange, left, minorOf, refundable, typedOf } from './changes';
import { useOrderChange, type WantedChange } from './useOrderChange';

type Line = Order['lines'][number];

interface LinesProps {
  change: LineChange;
  lines: readonly Line[];
  typed: ReadonlyMap<number, string>;
  reasonOf: (line: number) => string | undefined;
  onType: (line: number, text: string) => void;
}

function Lines({ change, lines, typed, reasonOf, onType }: LinesProps) {
  const { t, format } = useWords();
  const columns: Column<Line>[] = [
    { key: 'name', head: t('col.product'), names: true, cell: (row) => <bdi>{row.name}</bdi> },
    {
      key: 'left',
      head: t('order.possible'),
      figure: true,
      cell: (row) => fmt.count(format, left(row, change)),
    },
    {
      key: 'now',
      head: t('col.units'),
      figure: true,
      cell: (row) => (
        <QuantityField
          label={t('order.unitsOf', { name: row.name })}
          min={0}
          max={left(row, change)}
          value={typed.get(row.line) ?? '0'}
          aria-invalid={unitsOf(typed.get(row.line) ?? '0') === null || undefined}
          error={reasonOf(row.line)}
          onChange={(event) => onType(row.line, event.target.value)}
        />
      ),
    },
  ];
  return (
    <Table
      label={t(`order.do.${change}`)}
      columns={columns}
      rows={lines}
      rowKey={(row) => String(row.line)}
    />
  );
}

/** Asks what exactly a change is about, and says why the API refuses it where it does. */
export function ChangeForm({
  order,
  change,
  onDone,
}: {
  order: Order;
  change: Change;
  onDone: () => void;
}) {
  const { t, format } = useWords();
  const why = useReason();
  const step = useOrderChange(order);
  const digits = fmt.minorDigits(order.currency);
  const kind = change === 'refund' || change === 'pay' || change === 'confirm' ? null : change;
  const open = kind ? order.lines.filter((line) => left(line, kind) > 0) : [];
  const [typed, setTyped] = useState<ReadonlyMap<number, string>>(
    () =>
      new Map(
        open.map((line) => [
          line.line,
          kind === null || kind === 'return' ? '0' : String(left(line, kind)),
        ]),
      ),
  );
  const [restock, setRestock] = useState(true);
  const [amount, setAmount] = useState(() => typedOf(refundable(order), digits));
  const lines = open
    .map(({ line }) => ({ line, quantity: unitsOf(typed.get(line) ?? '0') ?? -1 }))
    .filter(({ quantity }) => quantity !== 0);
  const minor = minorOf(amount, digits);

  function wanted(): WantedChange | null {
    if (change === 'pay' || change === 'confirm') return { change };
    if (change === 'refund') return minor === null ? null : { change, amount: minor };
    if (lines.length === 0 || lines.some(({ quantity }) => quantity < 0)) return null;
    return change === 'return' ? { change, lines, restock } : { change, lines };
  }
  const ready = wanted();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) step.mutate(ready, { onSuccess: onDone });
  };
  const reason = reasonAt(step.error, 'amount_minor');
  // The API counts the lines that were sent.
  const reasonOf = (line: number) => {
    const at = lines.findIndex((each) => each.line === line);
    return at < 0 ? undefined : reasonAt(step.error, `lines[${at}]`);
  };
  const placed = reason !== undefined || open.some(({ line }) => reasonOf(line));
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <p className="text-sm">{t(`order.ask.${change}`)}</p>
      {kind && (
        <Lines
          change={kind}
          lines={open}
          typed={typed}
          reasonOf={reasonOf}
          onType={(line, text) => setTyped(new Map(typed).set(line, text))}
        />
      )}
      {change === 'return' && (
        <CheckField
          label={t('order.restock')}
          checked={restock}
          onChange={(event) => setRestock(event.target.checked)}
        />
      )}
      {change === 'refund' && (
        <TextField
          label={t('order.amount', { currency: order.currency })}
          inputMode="decimal"
          dir="ltr"
          value={amount}
          error={minor === null ? t('order.amount.bad') : reason}
          hint={t('order.amount.most', {
            amount: fmt.money(format, refundable(order), order.currency),
          })}
          onChange={(event) => setAmount(event.target.value)}
        />
      )}
      {step.error && !placed && (
        <Banner tone="bad" alert>
          {why(step.error)}
        </Banner>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onDone}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" kind="primary" busy={step.isPending} disabled={!ready}>
          {t(`order.do.${change}`)}
        </Button>
      </div>
    </form>
  );
}
