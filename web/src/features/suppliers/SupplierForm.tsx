'use client';

import { useState } from 'react';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useStatus } from '@/features/system/useStatus';
import { amountOf, minorOf } from '@/i18n/amount';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { CheckField } from '@/ui/Choice';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { type Supplier, useSaveSupplier } from './useSuppliers';

const DAYS = ['lead_time_days', 'lead_time_deviation_days'] as const;
const AMOUNTS = ['minimum_order_minor', 'delivery_minor'] as const;

/** Days as typed, with a comma or a point; NaN where they are none. */
function daysOf(value: FormDataEntryValue | null): number {
  const text = String(value ?? '')
    .trim()
    .replace(',', '.');
  return text === '' ? Number.NaN : Number(text);
}

function Weekdays({ on, onChange }: { on: readonly number[]; onChange: (on: number[]) => void }) {
  const { t, format } = useWords();
  return (
    <fieldset>
      <legend className="font-medium text-sm">{t('suppliers.weekdays')}</legend>
      <div className="flex flex-wrap gap-x-4">
        {fmt.weekdays(format).map((name, day) => (
          <CheckField
            key={name}
            label={name}
            checked={on.includes(day)}
            onChange={() =>
              onChange(on.includes(day) ? on.filter((each) => each !== day) : [...on, day].sort())
            }
          />
        ))}
      </div>
      <p className="text-ink-2 text-sm">{t('suppliers.weekdays.hint')}</p>
    </fieldset>
  );
}

interface Props {
  supplier: Supplier | null;
  onSaved: (supplier: Supplier) => void;
  onClose: () => void;
}

/** What is known of a supplier; amounts are in its currency. */
export function SupplierForm({ supplier, onSaved, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const shop = useStatus().data?.shop.currency ?? 'EUR';
  const currency = supplier?.currency ?? shop;
  const [weekdays, setWeekdays] = useState<readonly number[]>(supplier?.order_weekdays ?? []);
  const save = useSaveSupplier(supplier);
  const check = (values: FormData): FieldKeys => {
    const found: Record<string, FieldKeys[string]> = {};
    if (!String(values.get('name')).trim()) found.name = 'login.required';
    for (const field of DAYS)
      if (!(daysOf(values.get(field)) >= 0)) found[field] = 'suppliers.days.bad';
    for (const field of AMOUNTS) {
      if (minorOf(String(values.get(field)), currency) === null)
        found[field] = 'suppliers.amount.bad';
    }
    return found;
  };
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const text = (field: string) => String(values.get(field)).trim();
    const saved = await save.mutateAsync({
      name: text('name'),
      email: text('email') || null,
      lead_time_days: daysOf(values.get('lead_time_days')),
      lead_time_deviation_days: daysOf(values.get('lead_time_deviation_days')),
      minimum_order_minor: minorOf(text('minimum_order_minor'), currency) ?? 0,
      delivery_minor: minorOf(text('delivery_minor'), currency) ?? 0,
      order_weekdays: [...weekdays],
      note: text('note'),
    });
    onSaved(saved);
  });
  const field = (name: string) => ({ name, error: message(name) });
  const amount = (minor: number | undefined) => amountOf(minor ?? 0, currency);
  return (
    <form noValidate onSubmit={onSubmit} className="grid items-start gap-4 sm:grid-cols-2">
      {general !== null && (
        <div className="sm:col-span-2">
          <Banner tone="bad" alert>
            {why(general)}
          </Banner>
        </div>
      )}
      <TextField
        label={t('users.name')}
        dir="auto"
        defaultValue={supplier?.name}
        {...field('name')}
      />
      <TextField
        label={t('login.email')}
        type="email"
        dir="ltr"
        defaultValue={supplier?.email ?? ''}
        {...field('email')}
      />
      <TextField
        label={t('suppliers.lead')}
        hint={t('suppliers.lead.hint')}
        inputMode="decimal"
        defaultValue={supplier?.lead_time_days ?? 7}
        {...field('lead_time_days')}
      />
      <TextField
        label={t('suppliers.deviation')}
        hint={t('suppliers.deviation.hint')}
        inputMode="decimal"
        defaultValue={supplier?.lead_time_deviation_days ?? 1}
        {...field('lead_time_deviation_days')}
      />
      <TextField
        label={t('suppliers.minimum', { currency })}
        inputMode="decimal"
        defaultValue={amount(supplier?.minimum_order_minor)}
        {...field('minimum_order_minor')}
      />
      <TextField
        label={t('suppliers.delivery', { currency })}
        inputMode="decimal"
        defaultValue={amount(supplier?.delivery_minor)}
        {...field('delivery_minor')}
      />
      <div className="grid gap-4 sm:col-span-2">
        <Weekdays on={weekdays} onChange={setWeekdays} />
        <TextField
          label={t('stock.note')}
          dir="auto"
          defaultValue={supplier?.note}
          {...field('note')}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t('action.save')}
          </Button>
        </div>
      </div>
    </form>
  );
}
