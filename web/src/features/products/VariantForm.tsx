'use client';

import type { Product, ProductParent } from '@/api/types';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useStatus } from '@/features/system/useStatus';
import { amountOf, minorOf } from '@/i18n/amount';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { ErrorState, Loading, useReason } from '@/ui/states';
import { useSaveVariant } from './useParents';
import { useProduct } from './useProduct';

interface Props {
  parent: ProductParent;
  /** What is changed, or made a variant; null for a new product. */
  product: Product | null;
  /** Of a new product, as its siblings have it. */
  category: string;
  onClose: () => void;
}

/** One variant: its values, and the product that it is. */
export function VariantForm({ parent, product, category, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const shop = useStatus().data?.shop.currency ?? 'EUR';
  const currency = product?.currency ?? shop;
  const save = useSaveVariant(parent.id, product, category);
  const text = (values: FormData, name: string) => String(values.get(name)).trim();
  const check = (values: FormData): FieldKeys => {
    const found: Record<string, FieldKeys[string]> = {};
    if (values.getAll('options').some((value) => !String(value).trim())) {
      found.options = 'login.required';
    }
    for (const name of ['name', 'sku']) if (!text(values, name)) found[name] = 'login.required';
    if (minorOf(text(values, 'price_minor'), currency) === null) {
      found.price_minor = 'suppliers.amount.bad';
    }
    return found;
  };
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    await save.mutateAsync({
      sku: text(values, 'sku'),
      name: text(values, 'name'),
      price_minor: minorOf(text(values, 'price_minor'), currency) ?? 0,
      options: values.getAll('options').map((value) => String(value).trim()),
    });
    onClose();
  });
  const field = (name: string) => ({ name, error: message(name) });
  return (
    <form noValidate onSubmit={onSubmit} className="grid items-start gap-4 sm:grid-cols-2">
      {general !== null && (
        <div className="sm:col-span-2">
          <Banner tone="bad" alert>
            {why(general)}
          </Banner>
        </div>
      )}
      {parent.options.map((option, i) => (
        <TextField
          key={option}
          label={option}
          dir="auto"
          name="options"
          defaultValue={product?.options?.[i]}
          // The API's reason is of all values together; it stands beside the first.
          error={i === 0 ? message('options') : undefined}
        />
      ))}
      <TextField
        label={t('parents.product')}
        dir="auto"
        defaultValue={product?.name ?? parent.name}
        {...field('name')}
      />
      <TextField
        label={t('parents.sku')}
        dir="auto"
        defaultValue={product?.sku}
        {...field('sku')}
      />
      <TextField
        label={t('parents.price', { currency })}
        inputMode="decimal"
        defaultValue={product ? amountOf(product.price_minor, currency) : ''}
        {...field('price_minor')}
      />
      <div className="flex flex-wrap justify-end gap-2 sm:col-span-2">
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

/** The same for a product that was found by its words. */
export function TakenVariant({ id, ...rest }: Omit<Props, 'product'> & { id: string }) {
  const { data, error, refetch } = useProduct(id);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-60" />;
  return <VariantForm product={data} {...rest} />;
}
