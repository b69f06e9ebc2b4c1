'use client';

import { ProductName } from '@/features/products/ProductName';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { QuantityField } from '@/ui/Choice';
import { type Column, Table } from '@/ui/Table';
import { useLocationName } from './useLocations';
import { useStock } from './useStock';
import { useProposedTransfers } from './useTransfer';

export interface Line {
  readonly id: string;
  readonly name: string;
  readonly sku: string;
  readonly text: string;
}

export interface Way {
  readonly from: string;
  readonly to: string;
}

/** How many are there to move, and here; zero where nothing was ever recorded. */
function There({ id, location }: { id: string; location: string }) {
  const { format } = useWords();
  const { data } = useStock(id);
  if (!data) return '…';
  const available = data.items.find((row) => row.location_id === location)?.available ?? 0;
  return <Badge tone={available > 0 ? 'good' : 'bad'}>{fmt.count(format, available)}</Badge>;
}

/** What replenishment would move this way, offered as the quantity. */
function Proposed({ id, way, onTake }: { id: string; way: Way; onTake: (n: number) => void }) {
  const { t, format } = useWords();
  const { data } = useProposedTransfers(id);
  const found = data?.items.find(
    (each) => each.from_location_id === way.from && each.to_location_id === way.to,
  );
  if (!found) return null;
  const saves = fmt.money(format, found.saves_minor, found.currency);
  return (
    <Button small className="text-start" onClick={() => onTake(found.quantity)}>
      {t('transfer.proposed', { n: found.quantity, saves })}
    </Button>
  );
}

interface Props {
  lines: readonly Line[];
  way: Way;
  isBad: (line: Line) => boolean;
  reasonOf: (line: Line) => string | undefined;
  onChange: (id: string, text: string) => void;
  onDrop: (id: string) => void;
}

export function TransferLines({ lines, way, isBad, reasonOf, onChange, onDrop }: Props) {
  const { t } = useWords();
  const nameOf = useLocationName();
  const columns: Column<Line>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) => (
        <span className="grid justify-items-start gap-1">
          <ProductName id={row.id} name={row.name} sku={row.sku} />
          <Proposed id={row.id} way={way} onTake={(n) => onChange(row.id, String(n))} />
        </span>
      ),
    },
    {
      key: 'from',
      head: nameOf(way.from),
      figure: true,
      cell: (row) => <There id={row.id} location={way.from} />,
    },
    {
      key: 'to',
      head: nameOf(way.to),
      figure: true,
      from: 'sm',
      cell: (row) => <There id={row.id} location={way.to} />,
    },
    {
      key: 'quantity',
      head: t('transfer.units'),
      figure: true,
      cell: (row) => (
        <QuantityField
          label={t('transfer.unitsOf', { name: row.name })}
          min={1}
          value={row.text}
          aria-invalid={isBad(row) || undefined}
          error={reasonOf(row)}
          onChange={(event) => onChange(row.id, event.target.value)}
        />
      ),
    },
    {
      key: 'drop',
      head: t('jobs.do'),
      cell: (row) => (
        <Button
          small
          kind="quiet"
          icon="close"
          aria-label={t('transfer.drop', { name: row.name })}
          onClick={() => onDrop(row.id)}
        />
      ),
    },
  ];
  return (
    <Table label={t('transfer.goods')} columns={columns} rows={lines} rowKey={(row) => row.id} />
  );
}
