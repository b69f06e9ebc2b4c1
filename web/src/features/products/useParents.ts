'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Product, ProductParent } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const FACTS: Facts<ProductParent> = {
  id: (row) => row.id,
  name: (row) => row.name,
  options: (row) => row.options.join(', '),
  variants: (row) => Object.keys(row.variants ?? {}).length,
  created_at: (row) => row.created_at,
  updated_at: (row) => row.updated_at,
};

export function useParents() {
  return useRows(
    {
      key: ['product-parents'],
      page: (query, more) => ok(api.GET('/v1/product-parents', { params: { query }, ...more })),
    },
    FACTS,
  );
}

function useChanged() {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      [['product-parents'], ['product-parent'], ['products'], ['product']].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
}

export interface ParentValues {
  readonly name: string;
  readonly options: string[];
}

/** Makes a parent, or changes the one that was read. */
export function useSaveParent(parent: ProductParent | null) {
  const changed = useChanged();
  return useMutation({
    mutationFn: (values: ParentValues) =>
      parent
        ? ok(
            api.PATCH('/v1/product-parents/{parent_id}', {
              params: { path: { parent_id: parent.id } },
              body: { version: parent.version ?? 1, ...values },
            }),
          )
        : ok(api.POST('/v1/product-parents', { body: values })),
    onSettled: changed,
  });
}

export function useRemoveParent(id: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: () =>
      done(api.DELETE('/v1/product-parents/{parent_id}', { params: { path: { parent_id: id } } })),
    onSettled: changed,
  });
}

export interface VariantValues {
  readonly sku: string;
  readonly name: string;
  readonly price_minor: number;
  readonly options: string[];
}

/** Makes a product that is a variant, or makes the one that was read such a one. */
export function useSaveVariant(parentId: string, product: Product | null, category: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: (values: VariantValues) =>
      product
        ? ok(
            api.PATCH('/v1/products/{product_id}', {
              params: { path: { product_id: product.id } },
              body: { version: product.version, parent_id: parentId, ...values },
            }),
          )
        : ok(
            api.POST('/v1/products', {
              body: { ...values, parent_id: parentId, category, description: '', components: [] },
            }),
          ),
    onSettled: changed,
  });
}

/** Makes a variant a product of its own again. */
export function useLeave() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (product: Product) =>
      ok(
        api.PATCH('/v1/products/{product_id}', {
          params: { path: { product_id: product.id } },
          body: { version: product.version, parent_id: null, options: [] },
        }),
      ),
    onSettled: changed,
  });
}
