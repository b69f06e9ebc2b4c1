'use client';

import { useState } from 'react';
import type { Customer, DuplicatePair } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import { useJob } from '@/features/system/useJobs';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { Progress } from '@/ui/Progress';
import { EmptyState, useReason } from '@/ui/states';
import { TONES } from './DuplicatesCard';
import { TakeApart } from './MergedRecords';
import { MergeForm } from './MergeForm';
import { likelihood } from './same';
import { type Pair, useLook, usePairs, usePairsChanged } from './useDuplicates';

function Record({ customer }: { customer: Customer }) {
  return (
    <div className="min-w-0 flex-1 basis-44">
      <AppLink href={`/customer/?id=${encodeURIComponent(customer.id)}`} className="font-medium">
        <bdi>{customer.name}</bdi>
      </AppLink>
      <p className="wrap-anywhere text-ink-2 text-xs">
        <bdi>{[customer.email, customer.phone].filter(Boolean).join(' · ') || customer.id}</bdi>
      </p>
    </div>
  );
}

function PairItem({ pair, onMerge }: { pair: DuplicatePair; onMerge: () => void }) {
  const { t, said } = useWords();
  const may = useMay('customers:write');
  const likely = likelihood(pair.score);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 text-sm sm:px-5">
      <Record customer={pair.one} />
      <Record customer={pair.other} />
      <div className="min-w-0 flex-1 basis-44">
        <Badge tone={TONES[likely]}>{t(`merge.is.${likely}`)}</Badge>
        <p className="mt-0.5 text-ink-2 text-xs">
          {pair.reasons.map((reason) => said(`alike.${reason.text}`, reason.text)).join(' · ')}
        </p>
      </div>
      {may && (
        <Button
          small
          aria-label={t('pairs.of', { one: pair.one.name, other: pair.other.name })}
          onClick={onMerge}
        >
          {t('merge.open')}
        </Button>
      )}
    </li>
  );
}

/** Has all customers compared, and says how far that is. */
function useComparison() {
  const { t } = useWords();
  const why = useReason();
  const look = useLook();
  const changed = usePairsChanged();
  const { job, ended } = useJob(look.data?.id ?? null, () => void changed());
  const busy = look.isPending || (look.isSuccess && !ended);
  return {
    button: (
      <Button busy={busy} onClick={() => look.mutate()}>
        {t('pairs.look')}
      </Button>
    ),
    state: (
      <>
        {look.error && (
          <Banner tone="bad" alert>
            {why(look.error)}
          </Banner>
        )}
        {job?.state === 'failed' && (
          <Banner tone="bad" alert>
            {t('pairs.failed', { why: job.error ?? '' })}
          </Banner>
        )}
        {busy && (
          <Progress label={t('pairs.looking')} done={job?.done ?? 0} total={job?.total || 1} />
        )}
      </>
    ),
  };
}

/** Pairs of records of the whole shop that may be one person's, to be merged from here. */
export function PairsPage() {
  const { t } = useWords();
  const may = useMay('customers:write');
  const list = usePairs();
  const { button, state } = useComparison();
  const [chosen, setChosen] = useState<DuplicatePair | null>(null);
  const [done, setDone] = useState<Pair | null>(null);
  return (
    <>
      <AppLink href="/customers/" className="mb-2 inline-block text-sm">
        {t('customer.title')}
      </AppLink>
      <PageTitle title={t('merge.title')} text={t('pairs.text')} actions={may && button} />
      <div className="mb-4 grid gap-3 empty:hidden">
        {state}
        {done && (
          <Banner tone="good" action={<TakeApart pair={done} label={t('merge.undoNow')} />}>
            <span role="status">{t('merge.done')}</span>
          </Banner>
        )}
      </div>
      <ListTools
        rows={list}
        label={t('merge.title')}
        name="duplicates"
        usual={t('pairs.usual')}
        orders={[
          ['score', t('pairs.likely')],
          ['name', t('products.sort.name')],
          ['other_name', t('pairs.other')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState icon="check" title={t('pairs.none')} text={t('pairs.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <ul
            aria-label={t('merge.title')}
            className={`divide-y divide-line ${stale ? 'opacity-60' : ''}`}
          >
            {rows.map((pair) => (
              <PairItem key={pair.id} pair={pair} onMerge={() => setChosen(pair)} />
            ))}
          </ul>
        )}
      </Listing>
      <Dialog title={t('merge.ask')} open={chosen !== null} onClose={() => setChosen(null)}>
        {chosen && (
          <MergeForm
            mine={chosen.one}
            other={chosen.other}
            onClose={() => setChosen(null)}
            onMerged={(pair) => {
              setChosen(null);
              setDone(pair);
            }}
          />
        )}
      </Dialog>
    </>
  );
}
