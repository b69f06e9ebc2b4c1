'use client';

import type { Customer } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { useReason } from '@/ui/states';
import { CustomerById } from './CustomerById';
import { type Pair, useUnmerge } from './useDuplicates';

/** Takes two records of one person apart again; a refusal is told beside the button. */
export function TakeApart({ pair, label }: { pair: Pair; label?: string }) {
  const { t } = useWords();
  const why = useReason();
  const may = useMay('customers:write');
  const unmerge = useUnmerge();
  if (!may) return null;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Button small busy={unmerge.isPending} onClick={() => unmerge.mutate(pair)}>
        {label ?? t('merge.undo')}
      </Button>
      {unmerge.error && (
        <span role="alert" className="text-bad text-sm">
          {why(unmerge.error)}
        </span>
      )}
    </span>
  );
}

/** The records that were merged into this one. */
export function MergedRecords({ customer }: { customer: Customer }) {
  const { t } = useWords();
  const same = customer.same ?? [];
  if (same.length === 0) return null;
  return (
    <section aria-label={t('merge.records')} className="grid gap-1.5">
      <h3 className="font-medium text-sm">{t('merge.records')}</h3>
      <ul className="grid gap-2 text-sm">
        {same.map((id) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-2">
            <CustomerById id={id} />
            <TakeApart pair={{ keeps: customer.id, other: id }} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Says of a record that stands for another one now, where it went. */
export function MergedInto({ customer }: { customer: Customer }) {
  const { t, format } = useWords();
  const { merged } = customer;
  if (!merged) return null;
  return (
    <div className="mb-4">
      <Banner
        tone="accent"
        action={<TakeApart pair={{ keeps: merged.into, other: customer.id }} />}
      >
        {t('merge.into', { day: fmt.day(format, merged.at.slice(0, 10)) })}{' '}
        <CustomerById id={merged.into} />
      </Banner>
    </div>
  );
}
