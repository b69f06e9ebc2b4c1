'use client';

import { useState } from 'react';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { ProductById } from '@/features/products/ProductById';
import { ProductPicker } from '@/features/products/ProductPicker';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Segmented } from '@/ui/Segmented';
import { useReason } from '@/ui/states';
import { useOverride } from './useOverrides';

const WAYS = ['percent', 'units'] as const;

/** A number as typed, with a comma or a point, or null. */
function numberOf(value: FormDataEntryValue | null): number | null {
  const text = String(value ?? '')
    .trim()
    .replace(',', '.');
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : null;
}

interface Props {
  product: string | null;
  onClose: () => void;
}

/** Says that one knows better than the model, for some days and for a reason that is kept. */
export function OverrideForm({ product, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const tomorrow = fmt.addDays(fmt.today(timeZone), 1);
  const [productId, setProductId] = useState(product ?? '');
  const [way, setWay] = useState<(typeof WAYS)[number]>('percent');
  const override = useOverride();
  const check = (values: FormData): FieldKeys => {
    const found: Record<string, FieldKeys[string]> = {};
    for (const day of ['first_day', 'last_day']) {
      if (!values.get(day)) found[day] = 'login.required';
    }
    if (String(values.get('last_day')) < String(values.get('first_day'))) {
      found.last_day = 'overrides.days.bad';
    }
    const amount = numberOf(values.get('amount'));
    if (amount === null || amount < (way === 'percent' ? -100 : 0))
      found.amount = 'overrides.amount.bad';
    if (String(values.get('reason')).trim().length < 3) found.reason = 'overrides.reason.bad';
    return found;
  };
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const amount = numberOf(values.get('amount')) ?? 0;
    await override.mutateAsync({
      product_id: productId,
      first_day: String(values.get('first_day')),
      last_day: String(values.get('last_day')),
      reason: String(values.get('reason')).trim(),
      multiplier: way === 'percent' ? Math.round((1 + amount / 100) * 10_000) / 10_000 : null,
      units_per_day: way === 'units' ? amount : null,
      expires: String(values.get('expires')) || null,
    });
    onClose();
  });
  const field = (name: string) => ({ name, error: message(name) });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      {productId && <ProductById id={productId} />}
      <ProductPicker
        label={t(productId ? 'overrides.other' : 'whatIf.product')}
        onPick={({ id }) => setProductId(id)}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          label={t('overrides.first')}
          type="date"
          defaultValue={tomorrow}
          {...field('first_day')}
        />
        <TextField
          label={t('overrides.last')}
          type="date"
          defaultValue={fmt.addDays(tomorrow, 6)}
          {...field('last_day')}
        />
      </div>
      <div>
        <Segmented
          label={t('overrides.way')}
          value={way}
          options={WAYS.map((each) => ({ value: each, label: t(`overrides.way.${each}`) }))}
          onChange={setWay}
        />
      </div>
      <TextField
        key={way}
        label={t(way === 'percent' ? 'overrides.percent' : 'overrides.units')}
        {...(way === 'percent' && { hint: t('overrides.percent.hint') })}
        inputMode={way === 'percent' ? 'text' : 'decimal'}
        {...field('amount')}
      />
      <TextField
        label={t('overrides.reason')}
        hint={t('overrides.reason.hint')}
        dir="auto"
        maxLength={500}
        {...field('reason')}
      />
      <TextField
        label={t('overrides.expires')}
        hint={t('overrides.expires.hint')}
        type="date"
        {...field('expires')}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" kind="primary" busy={busy} disabled={productId === ''}>
          {t('overrides.make')}
        </Button>
      </div>
    </form>
  );
}
