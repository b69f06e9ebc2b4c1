'use client';

import type { QualityReport } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Progress } from '@/ui/Progress';
import { EmptyState, ErrorState, Loading, useReason } from '@/ui/states';
import { QualityItem } from './QualityItem';
import { SystemFrame } from './SystemFrame';
import { useJob } from './useJobs';
import { useCheckData, useQuality, useQualityChanged } from './useQuality';
import { useStatus } from './useStatus';

function Found({ reports }: { reports: readonly QualityReport[] }) {
  const { t, format, said } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const found = reports.filter((report) => report.state === 'found');
  const clean = reports.filter((report) => report.state === 'clean');
  const errors = found.filter((report) => report.severity === 'error').length;
  const last = reports.map((report) => report.checked_at).sort()[0] ?? '';
  return (
    <div className="grid gap-4">
      <div role="status">
        <Banner tone={errors > 0 ? 'bad' : found.length > 0 ? 'warn' : 'good'}>
          <strong className="font-semibold">
            {found.length === 0
              ? t('quality.none')
              : t('quality.found', { n: found.length, all: reports.length })}
          </strong>{' '}
          {t('quality.checked', { when: fmt.moment(format, last, timeZone) })}
        </Banner>
      </div>
      {found.length > 0 && (
        <Card title={t('quality.toDo')} text={t('quality.toDo.text')} flush>
          <ul aria-label={t('quality.toDo')} className="divide-y divide-line">
            {found.map((report) => (
              <QualityItem key={report.check} report={report} />
            ))}
          </ul>
        </Card>
      )}
      {clean.length > 0 && (
        <Card title={t('quality.clean')} text={t('quality.clean.text')}>
          <ul
            aria-label={t('quality.clean')}
            className="grid gap-x-6 gap-y-1.5 text-sm sm:grid-cols-2"
          >
            {clean.map((report) => (
              <li key={report.check}>
                <bdi>{said(`quality.${report.check}`, report.title)}</bdi>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

/** What is wrong or missing in the shop's data, and what to do about it. */
export function QualityPage() {
  const { t } = useWords();
  const why = useReason();
  const may = useMay('jobs:write');
  const { data, error, refetch } = useQuality();
  const check = useCheckData();
  const changed = useQualityChanged();
  const { job, ended } = useJob(check.data?.id ?? null, () => void changed());
  const busy = check.isPending || (check.isSuccess && !ended);
  const button = may && (
    <Button kind="primary" busy={busy} onClick={() => check.mutate()}>
      {t('quality.check')}
    </Button>
  );
  const empty = data?.items.length === 0;
  return (
    <SystemFrame here="/system/data/" text="quality.text" actions={!empty && button}>
      <div className="grid gap-4">
        {check.error && (
          <Banner tone="bad" alert>
            {why(check.error)}
          </Banner>
        )}
        {job?.state === 'failed' && (
          <Banner tone="bad" alert>
            {t('quality.failed', { why: job.error ?? '' })}
          </Banner>
        )}
        {busy && (
          <Progress label={t('quality.running')} done={job?.done ?? 0} total={job?.total || 1} />
        )}
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {empty && (
          <Card title={t('quality.toDo')}>
            <EmptyState title={t('quality.never')} text={t('quality.never.text')} action={button} />
          </Card>
        )}
        {data && data.items.length > 0 && <Found reports={data.items} />}
      </div>
    </SystemFrame>
  );
}
