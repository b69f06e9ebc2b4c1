'use client';

import { useState } from 'react';
import type { Proposal } from '@/api/types';
import { LocationFilter } from '@/features/inventory/LocationFilter';
import { useWords } from '@/i18n/locale';
import { Pager } from '@/shell/Pager';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { OrderedBanner, OrderingPanel } from './OrderingPanel';
import { orderable, ReplenishmentTable } from './ReplenishmentTable';
import type { Ordered } from './useOrdering';
import { INCLUDE, useReplenishment } from './useReplenishment';
import { type Chosen, keyOf, unitsOf } from './wanted';

/** What is selected, and the quantities as typed; both outlive turning the page. */
function useSelection() {
  const [quantities, setQuantities] = useState<ReadonlyMap<string, string>>(new Map());
  const [selection, setSelection] = useState<ReadonlyMap<string, Chosen>>(new Map());
  const quantityOf = (proposal: Proposal) =>
    unitsOf(quantities.get(keyOf(proposal)) ?? String(proposal.quantity));
  return {
    quantities,
    selection,
    type(proposal: Proposal, text: string) {
      const key = keyOf(proposal);
      setQuantities(new Map(quantities).set(key, text));
      if (!selection.has(key)) return;
      const next = new Map(selection);
      const quantity = unitsOf(text);
      if (quantity !== null && orderable(proposal, quantity)) next.set(key, { proposal, quantity });
      else next.delete(key);
      setSelection(next);
    },
    select(proposals: readonly Proposal[], selected: boolean) {
      const next = new Map(selection);
      for (const proposal of proposals) {
        const quantity = quantityOf(proposal);
        if (!selected) next.delete(keyOf(proposal));
        else if (quantity !== null && orderable(proposal, quantity)) {
          next.set(keyOf(proposal), { proposal, quantity });
        }
      }
      setSelection(next);
    },
    clear() {
      setQuantities(new Map());
      setSelection(new Map());
    },
  };
}

export function ReplenishmentPage() {
  const { t } = useWords();
  const include = oneOf(useParam('include'), INCLUDE);
  const location = useParam('location') ?? '';
  const cursor = useParam('cursor');
  const { data, error, refetch, isPlaceholderData } = useReplenishment(
    { include, location },
    cursor,
  );
  const chosen = useSelection();
  const [ordered, setOrdered] = useState<Ordered | null>(null);
  const items = data?.items ?? [];
  return (
    <>
      <PageTitle title={t('replenish.title')} text={t('replenish.text')} />
      {ordered && (
        <div className="mb-4">
          <OrderedBanner ordered={ordered} />
        </div>
      )}
      <div className="mb-4 grid items-end gap-3 sm:grid-cols-[12rem_12rem_1fr]">
        <SelectField
          label={t('replenish.show')}
          value={include}
          options={[
            { value: 'open', label: t('replenish.open') },
            { value: 'all', label: t('replenish.every') },
          ]}
          onChange={(value) =>
            changeUrl({ include: value === 'open' ? null : value, cursor: null })
          }
        />
        <LocationFilter value={location} />
        {items.length > 0 && (
          <Button className="sm:justify-self-end" onClick={() => chosen.select(items, true)}>
            {t('replenish.selectAll')}
          </Button>
        )}
      </div>
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data && items.length === 0 && (
          <EmptyState icon="check" title={t('replenish.none')} text={t('replenish.none.text')} />
        )}
        {!error && data && items.length > 0 && (
          <>
            <ReplenishmentTable
              proposals={items}
              quantities={chosen.quantities}
              selection={chosen.selection}
              stale={isPlaceholderData}
              onQuantity={chosen.type}
              onSelect={chosen.select}
            />
            <Pager shown={items.length} cursor={cursor} next={data.next_cursor ?? null} />
          </>
        )}
      </div>
      <p className="mt-2 text-ink-2 text-sm">{t('replenish.stake.hint')}</p>
      <OrderingPanel
        selection={chosen.selection}
        onOrdered={(made) => {
          setOrdered(made);
          chosen.clear();
          scrollTo({ top: 0 });
        }}
      />
    </>
  );
}
