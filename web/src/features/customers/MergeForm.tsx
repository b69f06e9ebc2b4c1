'use client';

import { useState } from 'react';
import type { Customer } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { FactList } from '@/ui/FactList';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Loading, useReason } from '@/ui/states';
import { type Line, linesOf } from './same';
import { type Pair, useForeseen, useMerge } from './useDuplicates';

function Value({ line }: { line: Line }) {
  const { t } = useWords();
  const consent = ['emailConsent', 'smsConsent', 'personal'].includes(line.trait);
  const shown = (text: string) =>
    consent ? t(text === 'yes' ? 'customer.yes' : 'customer.no') : text;
  return (
    <span className="grid justify-items-end gap-0.5">
      <bdi className="wrap-anywhere">{shown(line.after) || '–'}</bdi>
      {line.taken && <Badge tone="accent">{t('merge.taken')}</Badge>}
      {line.dropped && (
        <span className="font-normal text-ink-2 text-xs">
          {t('merge.dropped')} <bdi className="wrap-anywhere">{shown(line.dropped)}</bdi>
        </span>
      )}
    </span>
  );
}

function Foreseen({ keeps, other }: { keeps: Customer; other: Customer }) {
  const { t } = useWords();
  const { data, error, refetch } = useForeseen(keeps.id, other.id);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-60" />;
  return (
    <section aria-label={t('merge.after')}>
      <h3 className="font-medium text-sm">{t('merge.after')}</h3>
      <FactList
        facts={linesOf(keeps, other, data).map((line) => ({
          name: t(`merge.trait.${line.trait}`),
          value: <Value line={line} />,
        }))}
      />
    </section>
  );
}

interface Props {
  mine: Customer;
  other: Customer;
  onMerged: (pair: Pair) => void;
  onClose: () => void;
}

/** Shows what merging comes to before it is done, and lets one choose which record stays. */
export function MergeForm({ mine, other, onMerged, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const [kept, setKept] = useState(mine.id);
  const merge = useMerge();
  const [keeps, gone] = kept === mine.id ? [mine, other] : [other, mine];
  const nameOf = (customer: Customer) =>
    mine.name === other.name ? `${customer.name} (${customer.id})` : customer.name;
  return (
    <div className="grid gap-4">
      <div className="grid justify-items-start gap-1.5">
        <p className="font-medium text-sm">{t('merge.keep')}</p>
        <Segmented
          label={t('merge.keep')}
          value={kept}
          options={[mine, other].map((each) => ({ value: each.id, label: nameOf(each) }))}
          onChange={setKept}
        />
      </div>
      <Foreseen key={keeps.id} keeps={keeps} other={gone} />
      <p className="text-ink-2 text-sm">{t('merge.note')}</p>
      {merge.error && (
        <Banner tone="bad" alert>
          {why(merge.error)}
        </Banner>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button
          kind="primary"
          busy={merge.isPending}
          onClick={() => {
            const pair = { keeps: keeps.id, other: gone.id };
            merge.mutate(pair, { onSuccess: () => onMerged(pair) });
          }}
        >
          {t('merge.do')}
        </Button>
      </div>
    </div>
  );
}
