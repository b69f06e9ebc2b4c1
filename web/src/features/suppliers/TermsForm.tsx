'use client';

import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { amountOf, minorOf } from '@/i18n/amount';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { type Terms, useSaveTerms } from './useSuppliers';

interface Props {
  supplierId: string;
  productId: string;
  currency: string;
  terms: Terms | null;
  onClose: () => void;
}

/** At what price and in what quantities a supplier sells a product. */
export function TermsForm({ supplierId, productId, currency, terms, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const save = useSaveTerms(supplierId, productId, terms);
  const check = (values: FormData): FieldKeys => {
    const found: Record<string, FieldKeys[string]> = {};
    if (minorOf(String(values.get('unit_cost_minor')), currency) === null) {
      found.unit_cost_minor = 'suppliers.amount.bad';
    }
    for (const field of ['minimum_quantity', 'pack_size']) {
      if (!/^[1-9]\d*$/.test(String(values.get(field)))) found[field] = 'suppliers.units.bad';
    }
    return found;
  };
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    await save.mutateAsync({
      unit_cost_minor: minorOf(String(values.get('unit_cost_minor')), currency),
      minimum_quantity: Number(values.get('minimum_quantity')),
      pack_size: Number(values.get('pack_size')),
    });
    onClose();
  });
  const field = (name: string) => ({ name, error: message(name) });
  const cost = terms?.unit_cost_minor;
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField
        label={t('suppliers.unitCost', { currency })}
        inputMode="decimal"
        defaultValue={cost == null ? '' : amountOf(cost, currency)}
        {...field('unit_cost_minor')}
      />
      <TextField
        label={t('suppliers.least')}
        inputMode="numeric"
        defaultValue={terms?.minimum_quantity ?? 1}
        {...field('minimum_quantity')}
      />
      <TextField
        label={t('suppliers.pack')}
        hint={t('suppliers.pack.hint')}
        inputMode="numeric"
        defaultValue={terms?.pack_size ?? 1}
        {...field('pack_size')}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" kind="primary" busy={busy}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  );
}
