'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import type { Answer } from '@/api/types';
import { csv, everyRow } from '@/shell/csv';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export type Supplier = Answer<'/v1/suppliers', 'get'>['items'][number];
export type Terms = Answer<'/v1/suppliers/{supplier_id}/products', 'get'>['items'][number];
export type Delivery = Answer<'/v1/suppliers/{supplier_id}/deliveries', 'get'>['items'][number];

const KEY = ['suppliers'];

export const SORTS = [
  'name',
  '-name',
  'lead_time',
  '-lead_time',
  'minimum_order',
  '-minimum_order',
] as const;

interface SupplierFilters {
  readonly search: string;
  readonly sort: (typeof SORTS)[number];
}

function asked({ search, sort }: SupplierFilters) {
  return { sort, ...(search && { search }) };
}

/** A page of suppliers; the server searches and sorts. */
export function useSuppliers(filters: SupplierFilters, cursor: string | null) {
  return useQuery({
    queryKey: [...KEY, 'list', filters, cursor],
    queryFn: ({ signal }) => {
      const query = { limit: 50, ...asked(filters), ...(cursor && { cursor }) };
      return ok(api.GET('/v1/suppliers', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** All that the list would show, as a file. */
export async function suppliersFile(filters: SupplierFilters) {
  const rows = await everyRow((place) => {
    const query = { limit: 200, ...asked(filters), ...place };
    return ok(api.GET('/v1/suppliers', { params: { query } }));
  });
  return csv<Supplier>(
    {
      id: (row) => row.id,
      name: (row) => row.name,
      email: (row) => row.email,
      lead_time_days: (row) => row.lead_time_days,
      lead_time_deviation_days: (row) => row.lead_time_deviation_days,
      currency: (row) => row.currency,
      exchange_rate: (row) => row.exchange_rate,
      minimum_order_minor: (row) => row.minimum_order_minor,
      delivery_minor: (row) => row.delivery_minor,
      free_delivery_from_minor: (row) => row.free_delivery_from_minor,
      note: (row) => row.note,
    },
    rows,
  );
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

const TERMS_FACTS: Facts<Terms> = {
  product_id: (row) => row.product_id,
  supplier_sku: (row) => row.supplier_sku,
  unit_cost_minor: (row) => row.unit_cost_minor,
  currency: (row) => row.currency,
  minimum_quantity: (row) => row.minimum_quantity ?? 1,
  pack_size: (row) => row.pack_size ?? 1,
  lead_time_days: (row) => row.lead_time_days,
};

export function useTerms(id: string) {
  const path = { supplier_id: id };
  return useRows(
    {
      key: [...KEY, id, 'terms'],
      size: 25,
      page: (query, more) =>
        ok(api.GET('/v1/suppliers/{supplier_id}/products', { params: { path, query }, ...more })),
    },
    TERMS_FACTS,
  );
}

const DELIVERY_FACTS: Facts<Delivery> = {
  at: (row) => row.at,
  purchase_order_id: (row) => row.purchase_order_id,
  days: (row) => row.days,
  units: (row) => row.units,
};

/** Deliveries, the latest first. */
export function useDeliveries(id: string) {
  const path = { supplier_id: id };
  return useRows(
    {
      key: [...KEY, id, 'deliveries'],
      page: (query, more) =>
        ok(api.GET('/v1/suppliers/{supplier_id}/deliveries', { params: { path, query }, ...more })),
    },
    DELIVERY_FACTS,
    'deliveries',
  );
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
