'use client';

import { ProductById } from '@/features/products/ProductById';
import { ProductPicker } from '@/features/products/ProductPicker';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';

interface Props {
  ids: readonly string[];
  error: string | undefined;
  onChange: (ids: readonly string[]) => void;
}

/** The products that something concerns: found by name and added one by one. */
export function ChosenProducts({ ids, error, onChange }: Props) {
  const { t } = useWords();
  return (
    <div className="grid gap-2">
      <ProductPicker
        label={t('promotions.add')}
        onPick={({ id }) => onChange(ids.includes(id) ? ids : [...ids, id])}
      />
      {error && (
        <p role="alert" className="text-bad text-sm">
          {error}
        </p>
      )}
      {ids.length > 0 && (
        <ul
          aria-label={t('promotions.chosen')}
          className="max-h-52 divide-y divide-line overflow-y-auto rounded-control border border-line"
        >
          {ids.map((id) => (
            <li key={id} className="flex items-center justify-between gap-2 px-3 py-1.5 text-sm">
              <ProductById id={id} />
              <Button
                small
                kind="quiet"
                icon="close"
                aria-label={`${t('promotions.drop')}: ${id}`}
                onClick={() => onChange(ids.filter((each) => each !== id))}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
