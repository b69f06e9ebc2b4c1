'use client';

import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { byDay } from './happened';
import { InteractionItem } from './InteractionItem';
import { KINDS, useInteractions } from './useInteractions';

/** Orders, visits, answers and alerts in one line of time. */
export function InteractionsCard({ id }: { id: string }) {
  const { t, format } = useWords();
  const kind = oneOf(useParam('what'), ['', ...KINDS]);
  const query = useInteractions(id, kind);
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const items = query.data?.pages.flatMap((page) => page.items);
  const days = byDay(items ?? [], (iso) => fmt.today(timeZone, new Date(iso)));
  return (
    <Card title={t('happened.title')} text={t('happened.text')} flush>
      <div className="px-4 pb-2 sm:px-5">
        <Segmented
          label={t('happened.show')}
          value={kind}
          options={[
            { value: '', label: t('happened.all') },
            ...KINDS.map((value) => ({ value, label: t(`happened.kinds.${value}`) })),
          ]}
          onChange={(what) => changeUrl({ what })}
        />
      </div>
      {query.error && !items && (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      )}
      {!query.error && !items && <Loading className="mx-4 h-60" />}
      {items?.length === 0 && (
        <EmptyState title={t('happened.none')} {...(!kind && { text: t('happened.none.text') })} />
      )}
      <div className={query.isPlaceholderData ? 'opacity-60' : ''}>
        {days.map(({ day, items: of }) => (
          <section key={day}>
            <h3 className="border-line border-t px-4 pt-2 font-medium text-ink-2 text-xs sm:px-5">
              {fmt.day(format, day, 'long')}
            </h3>
            <ul aria-label={fmt.day(format, day, 'long')}>
              {of.map((item) => (
                <InteractionItem key={item.id} item={item} timeZone={timeZone} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {query.hasNextPage && (
        <div className="flex justify-center px-4 pt-1 pb-3">
          <Button small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('happened.older')}
          </Button>
        </div>
      )}
    </Card>
  );
}
