'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { oneOfNumbers } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Loading } from '@/ui/states';
import { useSessions } from './useStreaming';

const RANGES = [24, 168];

/** Visits: how many, how long, and how many ended in an order. */
export function SessionsCard() {
  const { t, format } = useWords();
  const hours = oneOfNumbers(useParam('hours'), RANGES, 24);
  const { data, error, refetch } = useSessions(hours);
  const share = (part: number, whole: number) =>
    whole === 0 ? '–' : `${fmt.count(format, part)} · ${fmt.percent(format, part / whole, 0)}`;
  return (
    <Card
      title={t('live.sessions')}
      {...(data && { text: t('live.sessions.text', { n: data.gap_minutes }) })}
      actions={
        <Segmented
          label={t('dashboard.range')}
          value={hours}
          options={RANGES.map((n) => ({ value: n, label: t('dashboard.days', { n: n / 24 }) }))}
          onChange={(n) => changeUrl({ hours: n === 24 ? null : String(n) })}
        />
      }
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-40" />}
      {!error && data && (
        <FactList
          facts={[
            { name: t('live.sessions'), value: fmt.count(format, data.sessions) },
            { name: t('live.visitors'), value: fmt.count(format, data.visitors) },
            {
              name: t('live.length'),
              value: data.sessions ? t('jobs.seconds', { n: Math.round(data.mean_seconds) }) : '–',
            },
            { name: t('live.bounced'), value: share(data.bounced, data.sessions) },
            { name: t('live.converted'), value: share(data.converted, data.sessions) },
          ]}
        />
      )}
    </Card>
  );
}
