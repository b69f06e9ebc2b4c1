'use client';

import { useState } from 'react';
import type { Proposal } from '@/api/types';
import { PageInsight } from '@/features/analyst/InsightCard';
import { LocationFilter } from '@/features/inventory/LocationFilter';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
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
  const list = useReplenishment({ include, location });
  const chosen = useSelection();
  const [ordered, setOrdered] = useState<Ordered | null>(null);
  const items = list.query.data?.items ?? [];
  return (
    <>
      <PageTitle title={t('replenish.title')} text={t('replenish.text')} />
      <PageInsight subject="stock" />
      {ordered && (
        <div className="mb-4">
          <OrderedBanner ordered={ordered} />
        </div>
      )}
      <ListTools
        rows={list}
        label={t('replenish.title')}
        name="replenishment"
        usual={t('list.usual.stake')}
        orders={[
          ['name', t('col.product')],
          ['available', t('col.available')],
          ['order_by', t('replenish.orderBy')],
          ['supplier', t('replenish.supplier')],
          ['quantity', t('replenish.quantity')],
          ['expected_cost_minor', t('replenish.cost')],
        ]}
      >
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
        <div className="min-w-40">
          <LocationFilter value={location} />
        </div>
        <Button disabled={items.length === 0} onClick={() => chosen.select(items, true)}>
          {t('replenish.selectAll')}
        </Button>
      </ListTools>
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState icon="check" title={t('replenish.none')} text={t('replenish.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <ReplenishmentTable
            proposals={rows}
            quantities={chosen.quantities}
            selection={chosen.selection}
            stale={stale}
            onQuantity={chosen.type}
            onSelect={chosen.select}
            {...list.sorting}
          />
        )}
      </Listing>
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
