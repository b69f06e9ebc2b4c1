'use client';

import { useMutation } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import { save } from '@/api/save';
import type { AuditEntry } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';

export interface AuditFilters {
  readonly actor: string;
  readonly type: string;
  readonly from: string;
  readonly to: string;
}

/** The first and last moment of days as the reader's own clock has them. */
function span({ from, to }: AuditFilters) {
  const at = (day: string, time: string) => {
    const moment = new Date(`${day}T${time}`);
    return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
  };
  const since = from ? at(from, '00:00:00') : undefined;
  const until = to ? at(to, '23:59:59.999') : undefined;
  return { ...(since && { since }), ...(until && { until }) };
}

const FACTS: Facts<AuditEntry> = {
  number: (row) => row.number,
  at: (row) => row.at,
  type: (row) => row.type,
  subject: (row) => row.subject,
  actor: (row) => row.actor,
  network: (row) => row.network,
  details: (row) => JSON.stringify(row.details),
  hash: (row) => row.hash,
};

/** The audit log, newest first. */
export function useAudit(filters: AuditFilters) {
  return useRows(
    {
      key: ['audit-log', filters],
      page: (place, more) => {
        const query = {
          ...place,
          ...(filters.actor && { actor: filters.actor }),
          ...(filters.type && { type: filters.type }),
          ...span(filters),
        };
        return ok(api.GET('/v1/audit-log', { params: { query }, ...more }));
      },
    },
    FACTS,
  );
}

const AT_ONCE = 5000;

export interface Verdict {
  readonly intact: boolean;
  readonly last: number;
  readonly hash: string;
  readonly wrong: number | null;
  readonly reason: string;
}

/** Walks the whole chain part by part; each part begins with the entry that ended the last. */
async function verify(told: (entries: number) => void): Promise<Verdict> {
  let known: { known_number: number; known_hash: string } | null = null;
  for (let first = 1; ; ) {
    const query: { first: number; count: number; known_number?: number; known_hash?: string } = {
      first,
      count: AT_ONCE,
      ...known,
    };
    const part = await ok(api.GET('/v1/audit-log/verification', { params: { query } }));
    told(part.last);
    const { intact, last, last_hash: hash, wrong = null, reason = '' } = part;
    if (!intact || part.complete || last <= first) return { intact, last, hash, wrong, reason };
    known = { known_number: last, known_hash: hash };
    first = last;
  }
}

export function useVerify(told: (entries: number) => void) {
  return useMutation({ mutationFn: () => verify(told) });
}

/** Fetches the whole log, since a plain link would bear no token, and hands it to the browser. */
export function useExportAudit() {
  return useMutation({
    mutationFn: async (form: 'csv' | 'jsonl') => {
      const content = await ok(
        form === 'csv'
          ? api.GET('/v1/audit-log/export.csv', { parseAs: 'blob' })
          : api.GET('/v1/audit-log/export.jsonl', { parseAs: 'blob' }),
      );
      save(content as Blob, `audit-log.${form}`);
    },
  });
}
