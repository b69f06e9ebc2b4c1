'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { api, ok } from '@/api/client';
import type { Product } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { SearchField } from '@/ui/Field';

const SHOWN = 6;

/** The first products that match. */
function useFound(search: string) {
  return useQuery({
    queryKey: ['products', 'found', search],
    queryFn: ({ signal }) => {
      const query = { search, limit: SHOWN, status: 'active' as const };
      return ok(api.GET('/v1/products', { params: { query }, signal }));
    },
    enabled: search !== '',
    placeholderData: keepPreviousData,
  });
}

interface Props {
  label: string;
  onPick: (product: Pick<Product, 'id' | 'name' | 'sku'>) => void;
}

/** Finds a product by name, SKU or barcode; picking one empties the field. */
export function ProductPicker({ label, onPick }: Props) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const { data } = useFound(search);
  const found = search === '' ? undefined : data?.items;
  return (
    <div className="grid gap-2">
      <SearchField
        label={label}
        placeholder={label}
        value={typed}
        dir="auto"
        onChange={(event) => setTyped(event.target.value)}
      />
      {found?.length === 0 && (
        <p role="status" className="text-ink-2 text-sm">
          {t('products.none')}
        </p>
      )}
      {found && found.length > 0 && (
        <ul aria-label={label} className="grid rounded-control border border-line bg-surface p-1">
          {found.map((product) => (
            <li key={product.id}>
              <Button
                small
                kind="quiet"
                className="w-full justify-start text-start"
                onClick={() => {
                  setTyped('');
                  onPick(product);
                }}
              >
                <bdi>{product.name}</bdi>
                <bdi className="text-ink-2 text-xs">{product.sku}</bdi>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
