'use client';

import type { Changes } from '@/api/types';
import { useLocationName } from '@/features/inventory/useLocations';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { ChangesSketch } from './ChangesChart';
import { amount, causeText, headline, ordinaryText, signedAmount } from './causes';
import { useChanges } from './useChanges';

/** The days of both periods in words. */
export function usePeriod(): (changes: Changes) => string {
  const { t, format } = useWords();
  return ({ range, against }) =>
    t('changes.period', {
      from: fmt.day(format, range.from),
      to: fmt.day(format, range.to),
      before: fmt.day(format, against.from),
      until: fmt.day(format, against.to),
    });
}

/** How the figure moved, and the one cause that tells most. */
export function InShort({ changes }: { changes: Changes }) {
  const { t, format } = useWords();
  const nameOf = useLocationName();
  const first = changes.causes.find((cause) => cause.unusual);
  return (
    <div className="grid content-start gap-1.5">
      <p className="text-balance font-semibold text-lg">{headline(changes, t, format)}</p>
      <p className="figures text-ink-2 text-sm">
        {`${amount(format, changes, changes.before)} → ${amount(format, changes, changes.now)} (${signedAmount(format, changes, changes.change)})`}
      </p>
      {first ? (
        <>
          <p className="font-medium text-sm">
            {`${t('changes.mostTelling')}: ${t(`changes.kind.${first.kind}`)} `}
            <span className="figures">({signedAmount(format, changes, first.effect)})</span>
          </p>
          <p className="max-w-prose text-sm">
            <bdi>{causeText(first, t, nameOf)}</bdi>
          </p>
        </>
      ) : (
        <p className="max-w-prose text-sm">{ordinaryText(changes, t)}</p>
      )}
    </div>
  );
}

/** Last week against the week before, in short. */
export function ChangesCard() {
  const { t } = useWords();
  const period = usePeriod();
  const asked = { metric: 'revenue', against: 'previous', days: 7 } as const;
  const { data, error, refetch } = useChanges(asked);
  return (
    <Card
      title={t('changes.title')}
      text={data ? period(data) : ' '}
      actions={
        <AppLink href="/dashboard/changes/" className="text-sm">
          {t('changes.all')}
        </AppLink>
      }
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-52" />}
      {data &&
        (data.causes.length === 0 ? (
          <EmptyState title={t('changes.none')} />
        ) : (
          <div className="grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
            <InShort changes={data} />
            <ChangesSketch changes={data} />
          </div>
        ))}
    </Card>
  );
}
