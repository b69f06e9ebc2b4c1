'use client';

import type { Cause, Changes } from '@/api/types';
import { useLocationName } from '@/features/inventory/useLocations';
import { ProductName } from '@/features/products/ProductName';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Disclosure } from '@/ui/Disclosure';
import { type Column, Table } from '@/ui/Table';
import { amount, causeText, placeOf, signedAmount } from './causes';

type Part = NonNullable<Cause['products']>[number];
type Row = Part | null;

/** What each product adds to a cause; the last row is of all that are not named. */
function Products({ cause, changes }: { cause: Cause; changes: Changes }) {
  const { t, format } = useWords();
  const others = cause.other_products ?? 0;
  const rows: Row[] = [...(cause.products ?? []), ...(others > 0 ? [null] : [])];
  const columns: Column<Row>[] = [
    {
      key: 'product',
      head: t('col.product'),
      names: true,
      cell: (row) =>
        row ? (
          <ProductName id={row.product_id} name={row.name} sku={row.sku} />
        ) : (
          t('changes.others', { n: others })
        ),
    },
    {
      key: 'effect',
      head: t('changes.effect'),
      figure: true,
      cell: (row) => signedAmount(format, changes, row ? row.effect : (cause.others ?? 0)),
    },
  ];
  return (
    <Table
      label={`${t('changes.products')}: ${t(`changes.kind.${cause.kind}`)}`}
      columns={columns}
      rows={rows}
      rowKey={(row) => row?.product_id ?? 'others'}
    />
  );
}

/** One part of the change: what it did, what is usual, and where more is to be seen. */
export function CauseItem({ cause, changes }: { cause: Cause; changes: Changes }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const signed = (value: number) => signedAmount(format, changes, value);
  const more = placeOf(cause, changes);
  const only = cause.kind === 'product' ? cause.products?.[0] : undefined;
  const notes = [
    cause.volume != null &&
      t('changes.halves', {
        volume: signed(cause.volume),
        each: signed(cause.effect - cause.volume),
      }),
    cause.usual != null && t('changes.usualText', { usual: amount(format, changes, cause.usual) }),
  ].filter(Boolean);
  return (
    <li className="grid gap-1.5 px-4 py-3.5 sm:px-5">
      <div className="flex items-baseline justify-between gap-4">
        <h3 className="flex flex-wrap items-center gap-2 font-semibold">
          {t(`changes.kind.${cause.kind}`)}
          {cause.unusual && <Badge tone="warn">{t('changes.unusual')}</Badge>}
        </h3>
        <strong className="figures shrink-0 font-semibold text-lg">{signed(cause.effect)}</strong>
      </div>
      <p className="max-w-prose text-sm">
        <bdi>{causeText(cause, t, nameOf)}</bdi>
      </p>
      {notes.length > 0 && (
        <p className="figures max-w-prose text-ink-2 text-sm">{notes.join(' ')}</p>
      )}
      {more && (
        <p className="text-sm">
          <AppLink href={more.href}>{t(`changes.more.${more.label}`)}</AppLink>
        </p>
      )}
      {only ? (
        <p className="text-sm">
          <AppLink href={`/product/?id=${encodeURIComponent(only.product_id)}`}>
            <bdi>{only.name}</bdi>
          </AppLink>
        </p>
      ) : (
        (cause.products?.length ?? 0) > 0 && (
          <Disclosure summary={t('changes.products')} open={cause.unusual}>
            <Products cause={cause} changes={changes} />
          </Disclosure>
        )
      )}
    </li>
  );
}
