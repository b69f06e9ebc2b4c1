'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge, type Tone } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { InOrder } from '@/ui/InOrder';
import { ErrorState, Loading } from '@/ui/states';
import { SystemFrame } from './SystemFrame';
import { useHealth } from './useHealth';
import { useStatus } from './useStatus';

const LOOKS = {
  ok: 'good',
  degraded: 'warn',
  failed: 'bad',
} as const satisfies Record<string, Exclude<Tone, 'neutral'>>;

const CHECKS = ['records', 'lake', 'worker', 'events', 'disk'] as const;

function Checks() {
  const { t } = useWords();
  const { data, error, refetch } = useHealth();
  const nameOf = (name: string) => {
    const known = CHECKS.find((each) => each === name);
    return known ? t(`system.check.${known}`) : name;
  };
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-72" />;
  return (
    <>
      <Banner tone={LOOKS[data.status]}>
        <strong className="font-semibold">{t(`system.status.${data.status}`)}</strong>
      </Banner>
      <ul className="mt-3 grid" aria-label={t('system.checks')}>
        {data.checks.map((check) => (
          <li
            key={check.name}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2.5 text-sm last:border-0"
          >
            <span className="min-w-0 flex-1 basis-48">
              <span className="block font-medium">{nameOf(check.name)}</span>
              <bdi className="text-ink-2">{check.detail}</bdi>
            </span>
            <Badge tone={LOOKS[check.status]}>{t(`system.check.is.${check.status}`)}</Badge>
          </li>
        ))}
      </ul>
    </>
  );
}

function Facts() {
  const { t, format } = useWords();
  const { data, error, refetch } = useStatus();
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-60" />;
  const { shop, jobs } = data;
  const link = (href: string, text: string) => <AppLink href={href}>{text}</AppLink>;
  return (
    <FactList
      facts={[
        { name: t('system.shop'), value: <bdi>{shop.name}</bdi> },
        { name: t('system.zone'), value: <bdi>{shop.time_zone}</bdi> },
        { name: t('system.currency'), value: shop.currency },
        {
          name: t('system.until'),
          value: data.data_until ? fmt.day(format, data.data_until.slice(0, 10)) : '–',
        },
        {
          name: t('system.running'),
          value: link('/system/jobs/?state=running', fmt.count(format, jobs.running)),
        },
        {
          name: t('system.queued'),
          value: link('/system/jobs/?state=queued', fmt.count(format, jobs.queued)),
        },
        { name: t('system.dead'), value: link('/system/failed/', fmt.count(format, jobs.dead)) },
        { name: t('system.version'), value: data.version },
      ]}
    />
  );
}

export function HealthPage() {
  const { t } = useWords();
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['system'] }));
  useLiveChannel('system', reread);
  return (
    <SystemFrame here="/system/" text="system.health.text">
      <InOrder narrow className="grid items-start gap-4 lg:grid-cols-2">
        <Card title={t('system.checks')}>
          <Checks />
        </Card>
        <Card title={t('system.now')}>
          <Facts />
        </Card>
      </InOrder>
    </SystemFrame>
  );
}
