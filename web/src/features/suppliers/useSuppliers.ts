'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';

export type Supplier = Answer<'/v1/suppliers', 'get'>['items'][number];
export type Terms = Answer<'/v1/suppliers/{supplier_id}/products', 'get'>['items'][number];
export type Delivery = Answer<'/v1/suppliers/{supplier_id}/deliveries', 'get'>['items'][number];

const KEY = ['suppliers'];

export function useSuppliers(cursor: string | null) {
  return useQuery({
    queryKey: [...KEY, 'list', cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...(cursor && { cursor }) };
      return ok(api.GET('/v1/suppliers', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useSupplier(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) =>
      ok(api.GET('/v1/suppliers/{supplier_id}', { params: { path: { supplier_id: id } }, signal })),
  });
}

/** What was told of the lead time, and what the deliveries so far make of it. */
export function useLeadTime(id: string) {
  return useQuery({
    queryKey: [...KEY, id, 'lead-time'],
    queryFn: ({ signal }) => {
      const params = { path: { supplier_id: id } };
      return ok(api.GET('/v1/suppliers/{supplier_id}/lead-time', { params, signal }));
    },
  });
}

export function useTerms(id: string, cursor: string | null) {
  return useQuery({
    queryKey: [...KEY, id, 'terms', cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 25, ...(cursor && { cursor }) };
      const params = { path: { supplier_id: id }, query };
      return ok(api.GET('/v1/suppliers/{supplier_id}/products', { params, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** The latest deliveries. */
export function useDeliveries(id: string) {
  return useQuery({
    queryKey: [...KEY, id, 'deliveries'],
    queryFn: ({ signal }) => {
      const params = { path: { supplier_id: id }, query: { limit: 50 } };
      return ok(api.GET('/v1/suppliers/{supplier_id}/deliveries', { params, signal }));
    },
  });
}

export interface SupplierValues {
  readonly name: string;
  readonly email: string | null;
  readonly lead_time_days: number;
  readonly lead_time_deviation_days: number;
  readonly minimum_order_minor: number;
  readonly delivery_minor: number;
  readonly order_weekdays: number[];
  readonly note: string;
}

/** Adds a supplier, or changes the one that was read. */
export function useSaveSupplier(supplier: Supplier | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (values: SupplierValues) =>
      supplier
        ? ok(
            api.PATCH('/v1/suppliers/{supplier_id}', {
              params: { path: { supplier_id: supplier.id } },
              body: { version: supplier.version ?? 1, ...values },
            }),
          )
        : ok(api.POST('/v1/suppliers', { body: { ...values, email: values.email } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** What the form of terms leaves alone (price breaks, own lead times) is sent back as it was. */
export function useSaveTerms(supplierId: string, productId: string, before: Terms | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (values: Pick<Terms, 'unit_cost_minor' | 'minimum_quantity' | 'pack_size'>) => {
      const kept = {
        lead_time_days: before?.lead_time_days ?? null,
        lead_time_deviation_days: before?.lead_time_deviation_days ?? null,
        supplier_sku: before?.supplier_sku ?? '',
        breaks: before?.breaks ?? [],
        discount: before?.discount ?? ('all_units' as const),
        shelf_days: before?.shelf_days ?? null,
      };
      return ok(
        api.PUT('/v1/inventory/{product_id}/suppliers/{supplier_id}', {
          params: { path: { product_id: productId, supplier_id: supplierId } },
          body: { ...kept, ...values },
        }),
      );
    },
    onSettled: () =>
      Promise.all(
        [KEY, ['replenishment']].map((queryKey) => queries.invalidateQueries({ queryKey })),
      ),
  });
}

export function useDropTerms(supplierId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (productId: string) =>
      done(
        api.DELETE('/v1/inventory/{product_id}/suppliers/{supplier_id}', {
          params: { path: { product_id: productId, supplier_id: supplierId } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
