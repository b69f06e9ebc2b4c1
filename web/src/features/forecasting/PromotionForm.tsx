'use client';

import { useState } from 'react';
import type { Promotion } from '@/api/types';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useCategories } from '@/features/products/useCategories';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Segmented } from '@/ui/Segmented';
import { useReason } from '@/ui/states';
import { ChosenProducts } from './ChosenProducts';
import { percentOf } from './promotions';
import { useKeepPromotion } from './usePromotions';

const SCOPES = ['products', 'category'] as const;

/** Puts a promotion on record, or changes the one that is given. */
export function PromotionForm({
  promotion,
  onClose,
}: {
  promotion: Promotion | null;
  onClose: () => void;
}) {
  const { t } = useWords();
  const why = useReason();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const tomorrow = fmt.addDays(fmt.today(timeZone), 1);
  const categories = useCategories().data?.items ?? [];
  const [scope, setScope] = useState<(typeof SCOPES)[number]>(
    promotion?.category ? 'category' : 'products',
  );
  const [products, setProducts] = useState<readonly string[]>(promotion?.product_ids ?? []);
  const [chosen, setChosen] = useState(promotion?.category ?? '');
  const category = chosen || (categories[0]?.name ?? '');
  const [lacking, setLacking] = useState(false);
  const keep = useKeepPromotion(promotion);
  const check = (values: FormData): FieldKeys => {
    const found: Record<string, FieldKeys[string]> = {};
    if (!String(values.get('name')).trim()) found.name = 'login.required';
    const percent = percentOf(String(values.get('percent_off')));
    if (percent === null || percent < 1 || percent > 95) found.percent_off = 'promotions.off.bad';
    for (const day of ['first_day', 'last_day']) {
      if (!values.get(day)) found[day] = 'login.required';
    }
    if (String(values.get('last_day')) < String(values.get('first_day')))
      found.last_day = 'overrides.days.bad';
    return found;
  };
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    const none = scope === 'products' && products.length === 0;
    setLacking(none);
    if (none) return;
    await keep.mutateAsync({
      name: String(values.get('name')).trim(),
      percent_off: percentOf(String(values.get('percent_off'))) ?? 0,
      first_day: String(values.get('first_day')),
      last_day: String(values.get('last_day')),
      product_ids: scope === 'products' ? [...products] : [],
      category: scope === 'category' ? category : null,
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
      <TextField
        label={t('promotions.name')}
        dir="auto"
        maxLength={100}
        defaultValue={promotion?.name}
        {...field('name')}
      />
      <TextField
        label={t('promotions.off')}
        inputMode="numeric"
        defaultValue={promotion?.percent_off}
        {...field('percent_off')}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          label={t('overrides.first')}
          type="date"
          defaultValue={promotion?.first_day ?? tomorrow}
          {...field('first_day')}
        />
        <TextField
          label={t('promotions.last')}
          type="date"
          defaultValue={promotion?.last_day ?? fmt.addDays(tomorrow, 6)}
          {...field('last_day')}
        />
      </div>
      <div className="grid justify-items-start gap-1.5">
        <p className="font-medium text-sm">{t('promotions.scope')}</p>
        <Segmented
          label={t('promotions.scope')}
          value={scope}
          options={SCOPES.map((each) => ({ value: each, label: t(`promotions.scope.${each}`) }))}
          onChange={setScope}
        />
      </div>
      {scope === 'category' ? (
        <SelectField
          label={t('col.category')}
          value={category}
          options={categories.map(({ name }) => ({ value: String(name), label: String(name) }))}
          onChange={setChosen}
        />
      ) : (
        <ChosenProducts
          ids={products}
          error={lacking ? t('promotions.scope.bad') : message('product_ids')}
          onChange={(ids) => {
            setProducts(ids);
            setLacking(false);
          }}
        />
      )}
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
