'use client';

import { useMemo, useState } from 'react';
import { reasonAt } from '@/api/problem';
import { ProductPicker } from '@/features/products/ProductPicker';
import { newKey } from '@/features/purchasing/useOrdering';
import { unitsOf } from '@/features/purchasing/wanted';
import { useWords } from '@/i18n/locale';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Ask } from '@/ui/Ask';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { SelectField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, Loading } from '@/ui/states';
import { StockTabs } from './StockTabs';
import { type Line, TransferLines, type Way } from './TransferLines';
import { useLocationName, useLocations } from './useLocations';
import { useTransfer } from './useTransfer';

function WayFields({ way }: { way: Way }) {
  const { t } = useWords();
  const options = (useLocations().data?.items ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
  }));
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label={t('transfer.from')}
        value={way.from}
        options={options}
        onChange={(from) => changeUrl({ from, to: from === way.to ? way.from : way.to })}
      />
      <SelectField
        label={t('transfer.to')}
        value={way.to}
        options={options.filter(({ value }) => value !== way.from)}
        onChange={(to) => changeUrl({ from: way.from, to })}
      />
    </div>
  );
}

function Form({ way }: { way: Way }) {
  const { t } = useWords();
  const nameOf = useLocationName();
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [note, setNote] = useState('');
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<string | null>(null);
  const transfer = useTransfer();
  const units = (line: Line) => unitsOf(line.text) ?? 0;
  const isBad = (line: Line) => units(line) < 1;
  const bad = lines.length === 0 || lines.some(isBad);
  const total = lines.reduce((sum, line) => sum + units(line), 0);
  const what = JSON.stringify([way, lines.map(({ id, text }) => [id, text]), note]);
  // A second attempt at the same goods bears the same key, so they do not move twice.
  const receipt = useMemo(() => ({ what, key: newKey() }), [what]);
  const reasonOf = (line: Line) => reasonAt(transfer.error, `lines[${lines.indexOf(line)}]`);
  const atNote = reasonAt(transfer.error, 'note');
  const placed = atNote !== undefined || lines.some(reasonOf);
  const words = { n: total, from: nameOf(way.from), to: nameOf(way.to) };
  const move = () =>
    transfer.mutate(
      {
        ...way,
        note,
        key: receipt.key,
        lines: lines.map((line) => ({ product_id: line.id, quantity: units(line) })),
      },
      {
        onSuccess: () => {
          setAsking(false);
          setDone(t('transfer.done', words));
          setLines([]);
          setNote('');
        },
      },
    );
  return (
    <Card title={t('transfer.goods')} flush>
      <div className="grid gap-3 px-4 pb-3 sm:px-5">
        {done && <Banner tone="good">{done}</Banner>}
        <WayFields way={way} />
        <ProductPicker
          label={t('transfer.add')}
          onPick={({ id, name, sku }) => {
            setDone(null);
            if (!lines.some((line) => line.id === id)) {
              setLines([...lines, { id, name, sku, text: '1' }]);
            }
          }}
        />
      </div>
      {lines.length === 0 ? (
        <EmptyState title={t('transfer.none')} text={t('transfer.none.text')} />
      ) : (
        <TransferLines
          lines={lines}
          way={way}
          isBad={isBad}
          reasonOf={reasonOf}
          onChange={(id, text) =>
            setLines(lines.map((line) => (line.id === id ? { ...line, text } : line)))
          }
          onDrop={(id) => setLines(lines.filter((line) => line.id !== id))}
        />
      )}
      {lines.length > 0 && (
        <div className="grid gap-3 px-4 py-3 sm:px-5">
          <TextField
            label={t('stock.note')}
            dir="auto"
            value={note}
            maxLength={1000}
            error={atNote}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className="flex justify-end">
            <Button
              kind="primary"
              disabled={bad}
              onClick={() => {
                transfer.reset();
                setAsking(true);
              }}
            >
              {t('transfer.move')}
            </Button>
          </div>
        </div>
      )}
      <Ask
        title={t('transfer.ask')}
        text={t('transfer.ask.text', words)}
        confirm={t('transfer.move')}
        // What is refused of a field is told beside it, not over it.
        open={asking && !placed}
        busy={transfer.isPending}
        error={transfer.error}
        onConfirm={move}
        onClose={() => {
          setAsking(false);
          if (!placed) transfer.reset();
        }}
      />
    </Card>
  );
}

/** Moves goods from one location to another; what is on hand in all stays the same. */
export function TransferPage() {
  const { t } = useWords();
  const { data } = useLocations();
  const wanted = { from: useParam('from'), to: useParam('to') };
  const locations = data?.items ?? [];
  const known = (id: string | null) => locations.find((each) => each.id === id)?.id;
  const from = known(wanted.from) ?? locations.find((each) => each.default)?.id;
  const other = locations.find((each) => each.id !== from)?.id;
  const to = wanted.to === from ? other : (known(wanted.to) ?? other);
  return (
    <>
      <StockTabs here="/inventory/transfer/" />
      <PageTitle title={t('transfer.title')} text={t('transfer.text')} />
      {!data && <Loading className="h-80" />}
      {data && (!from || !to) && <EmptyState title={t('transfer.single')} />}
      {from && to && <Form way={{ from, to }} />}
    </>
  );
}
