'use client';

import type { ImportReport } from '@/api/types';
import { useJob } from '@/features/system/useJobs';
import { useStatus } from '@/features/system/useStatus';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Progress } from '@/ui/Progress';
import { useReason } from '@/ui/states';
import type { Choice } from './plan';
import { ReportView } from './ReportView';
import { useImported, useRefusedRows, useRunImport } from './useImport';

/** Checks the whole file first; brings it in where one then says so. */
export function RunCard({ file, choice }: { file: File; choice: Choice }) {
  const { t } = useWords();
  const why = useReason();
  const demo = useStatus().data?.shop.mode === 'demo';
  const imported = useImported();
  const check = useRunImport(file, choice);
  const bring = useRunImport(file, choice);
  const checking = useJob(check.data?.job.id ?? null, () => undefined);
  const bringing = useJob(bring.data?.job.id ?? null, () => void imported());
  const refused = useRefusedRows();
  const at =
    bring.data || bring.isPending ? { ...bringing, asked: bring } : { ...checking, asked: check };
  const busy = at.asked.isPending || (at.asked.isSuccess && !at.ended);
  const report = at.job?.state === 'done' ? (at.job.result as unknown as ImportReport) : null;
  const brought = report !== null && at.asked === bring;
  const error = bring.error ?? check.error;
  return (
    <Card title={t('imports.run')} text={t('imports.run.text')}>
      <div className="grid gap-3">
        {demo && <Banner tone="accent">{t('imports.demo')}</Banner>}
        {error != null && (
          <Banner tone="bad" alert>
            {why(error)}
          </Banner>
        )}
        {at.job?.state === 'failed' && (
          <Banner tone="bad" alert>
            <bdi>{at.job.error}</bdi>
          </Banner>
        )}
        {busy && (
          <div className="grid gap-1" role="status">
            <span className="text-sm">
              {t(at.asked === bring ? 'imports.bringing' : 'imports.checking')}
            </span>
            <Progress
              label={t('imports.run')}
              done={at.job?.done ?? 0}
              total={at.job?.total || 1}
            />
          </div>
        )}
        {report && (
          <>
            <Banner tone="good">{t(brought ? 'imports.done' : 'imports.checked')}</Banner>
            <ReportView report={report} />
          </>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          {brought && (report.refused ?? 0) > 0 && (
            <Button busy={refused.isPending} onClick={() => refused.mutate(report.id)}>
              {t('imports.refused.save')}
            </Button>
          )}
          {!brought && (
            <Button
              kind={report ? 'plain' : 'primary'}
              busy={busy}
              onClick={() => {
                bring.reset();
                check.mutate(true);
              }}
            >
              {t('imports.check')}
            </Button>
          )}
          {report && !brought && (
            <Button kind="primary" disabled={demo} onClick={() => bring.mutate(false)}>
              {t('imports.bring')}
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
}
