'use client';

import { api, ok } from '@/api/client';
import type { LedgerEntry } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

const FACTS: Facts<LedgerEntry> = {
  id: (row) => row.id,
  at: (row) => row.at,
  kind: (row) => row.kind,
  location_id: (row) => row.location_id,
  on_hand_delta: (row) => row.on_hand_delta,
  reserved_delta: (row) => row.reserved_delta,
  reason: (row) => row.reason,
  note: (row) => row.note,
};

/** A product's movements, newest first; of one location where it is named. */
export function useLedger(id: string, location: string) {
  return useRows(
    {
      key: ['product', id, 'ledger', location],
      page: (place, more) => {
        const query = { ...place, ...(location && { location_id: location }) };
        const path = { product_id: id };
        return ok(
          api.GET('/v1/inventory/{product_id}/history', { params: { path, query }, ...more }),
        );
      },
    },
    FACTS,
  );
}
