'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { EmptyState, useReason } from '@/ui/states';
import { useEndSession, useSessions } from './useAccount';

/** Where one is signed in; each but this one can be ended. */
export function SessionsCard() {
  const { t, format } = useWords();
  const why = useReason();
  const list = useSessions();
  const end = useEndSession();
  const zone = fmt.ownZone();
  return (
    <Card title={t('account.sessions')} text={t('account.sessions.text')} flush>
      {end.error && (
        <div className="px-4 pb-2">
          <Banner tone="bad" alert>
            {why(end.error)}
          </Banner>
        </div>
      )}
      <ListTools
        bare
        rows={list}
        label={t('account.sessions')}
        name="sessions"
        usual={t('list.usual')}
        orders={[
          ['created_at', t('list.opened')],
          ['network', t('audit.network')],
        ]}
      />
      <Listing bare {...list} none={<EmptyState icon="search" title={t('list.noMatch')} />}>
        {(rows) => (
          <ul className="divide-y divide-line" aria-label={t('account.sessions')}>
            {rows.map((session) => {
              const since = fmt.moment(format, session.created_at, zone);
              return (
                <li
                  key={session.id}
                  className="flex flex-wrap items-center justify-between gap-3 px-4 py-2.5 sm:px-5"
                >
                  <div className="min-w-0 text-sm">
                    <p className="figures font-medium">{t('account.session.since', { since })}</p>
                    <p className="text-ink-2" dir="ltr">
                      {session.network ?? '–'}
                    </p>
                  </div>
                  {session.current ? (
                    <Badge tone="accent">{t('account.session.here')}</Badge>
                  ) : (
                    <Button
                      small
                      busy={end.isPending && end.variables === session.id}
                      onClick={() => end.mutate(session.id)}
                      aria-label={t('account.session.endOf', { since })}
                    >
                      {t('account.session.end')}
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Listing>
    </Card>
  );
}
