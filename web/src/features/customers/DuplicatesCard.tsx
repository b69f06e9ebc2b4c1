'use client';

import { useState } from 'react';
import type { Customer, Duplicate } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import { useWords } from '@/i18n/locale';
import { changeUrl } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Dialog } from '@/ui/Dialog';
import { ErrorState, Loading } from '@/ui/states';
import { MergedRecords, TakeApart } from './MergedRecords';
import { MergeForm } from './MergeForm';
import { likelihood } from './same';
import { type Pair, useDuplicates } from './useDuplicates';

export const TONES = { sure: 'warn', likely: 'warn', possible: 'neutral' } as const;

function Candidate({ found, onMerge }: { found: Duplicate; onMerge: () => void }) {
  const { t, said } = useWords();
  const may = useMay('customers:write');
  const { customer, reasons } = found;
  const likely = likelihood(found.score);
  return (
    <li className="flex flex-wrap items-start justify-between gap-2 px-4 py-2.5 text-sm sm:px-5">
      <div className="min-w-0 flex-1 basis-44">
        <p className="flex flex-wrap items-center gap-2">
          <AppLink
            href={`/customer/?id=${encodeURIComponent(customer.id)}`}
            className="font-medium"
          >
            <bdi>{customer.name}</bdi>
          </AppLink>
          <Badge tone={TONES[likely]}>{t(`merge.is.${likely}`)}</Badge>
        </p>
        <p className="wrap-anywhere text-ink-2 text-xs">
          <bdi>{customer.email ?? customer.phone ?? customer.id}</bdi>
        </p>
        <p className="text-ink-2 text-xs">
          {reasons.map((reason) => said(`alike.${reason.text}`, reason.text)).join(' · ')}
        </p>
      </div>
      {may && (
        <Button small aria-label={`${t('merge.open')}: ${customer.name}`} onClick={onMerge}>
          {t('merge.open')}
        </Button>
      )}
    </li>
  );
}

/** Records that may be the same person's, and those that were merged into this one already. */
export function DuplicatesCard({ customer }: { customer: Customer }) {
  const { t } = useWords();
  const { data, error, refetch } = useDuplicates(customer.id);
  const [chosen, setChosen] = useState<Duplicate | null>(null);
  const [done, setDone] = useState<Pair | null>(null);
  const merged = customer.same ?? [];
  const undone = done !== null && !merged.includes(done.other);
  return (
    <Card title={t('merge.title')} text={t('merge.text')} flush>
      <div className="grid gap-3">
        {done && !undone && (
          <div className="px-4 sm:px-5">
            <Banner tone="good" action={<TakeApart pair={done} label={t('merge.undoNow')} />}>
              {t('merge.done')}
            </Banner>
          </div>
        )}
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="mx-4 h-16" />}
        {data?.items.length === 0 && (
          <p className="px-4 pb-2 text-ink-2 text-sm sm:px-5">{t('merge.none')}</p>
        )}
        {data && data.items.length > 0 && (
          <ul aria-label={t('merge.title')} className="divide-y divide-line">
            {data.items.map((found) => (
              <Candidate key={found.customer.id} found={found} onMerge={() => setChosen(found)} />
            ))}
          </ul>
        )}
        {merged.length > 0 && (
          <div className="border-line border-t px-4 pt-3 pb-3 sm:px-5">
            <MergedRecords customer={customer} />
          </div>
        )}
      </div>
      <Dialog title={t('merge.ask')} open={chosen !== null} onClose={() => setChosen(null)}>
        {chosen && (
          <MergeForm
            mine={customer}
            other={chosen.customer}
            onClose={() => setChosen(null)}
            onMerged={(pair) => {
              setChosen(null);
              if (pair.keeps === customer.id) setDone(pair);
              else changeUrl({ id: pair.keeps, cursor: null }, 'push');
            }}
          />
        )}
      </Dialog>
    </Card>
  );
}
