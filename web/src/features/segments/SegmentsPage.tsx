'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PageInsight } from '@/features/analyst/InsightCard';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { useSort } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading, useReason } from '@/ui/states';
import { MapCard } from './MapCard';
import { MovesCard } from './MovesCard';
import { RuleEditor } from './RuleEditor';
import { SegmentTable } from './SegmentTable';
import { useAnalyse } from './useSegmentChanges';
import { SEGMENTS_KEY, SORTS, segmentsFile, useSegments } from './useSegments';

const KINDS = ['lifecycle', 'cluster', 'rule'] as const;

function Analyse() {
  const { t } = useWords();
  const why = useReason();
  const analyse = useAnalyse();
  if (analyse.isSuccess) return <Banner tone="good">{t('segment.asked')}</Banner>;
  return (
    <div className="grid justify-items-end gap-2">
      <Button busy={analyse.isPending} onClick={() => analyse.mutate()}>
        {t('segment.analyse')}
      </Button>
      {analyse.error && <Banner tone="bad">{why(analyse.error)}</Banner>}
    </div>
  );
}

function Found({ kind }: { kind: (typeof KINDS)[number] }) {
  const { t } = useWords();
  const currency = useStatus().data?.shop.currency ?? 'EUR';
  const { sort, onSort } = useSort(SORTS);
  const { data, error, refetch } = useSegments(sort);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  const segments = data.items.filter((segment) => segment.kind === kind);
  if (segments.length === 0) {
    return (
      <Card title={t(`segment.kinds.${kind}`)}>
        <EmptyState
          title={t(kind === 'rule' ? 'segment.none.rule' : 'segment.none')}
          text={t(kind === 'rule' ? 'segment.none.rule.text' : 'segment.none.text')}
        />
      </Card>
    );
  }
  return (
    <div className="grid gap-4">
      <Card
        title={t(`segment.kinds.${kind}`)}
        text={t(`segment.kinds.${kind}.text`)}
        flush
        actions={<ExportButton name="segments" file={async () => segmentsFile(segments)} />}
      >
        <SegmentTable segments={segments} currency={currency} sort={sort} onSort={onSort} />
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <MapCard segments={segments} currency={currency} />
        {kind !== 'rule' && <MovesCard segments={segments} />}
      </div>
    </div>
  );
}

export function SegmentsPage() {
  const { t, format } = useWords();
  const kind = oneOf(useParam('kind'), KINDS);
  const made = useSegments().data?.items.find((segment) => segment.performance)?.performance;
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: SEGMENTS_KEY }));
  useLiveChannel('system', reread);
  const [defined, setDefined] = useState<string | null>(null);
  return (
    <>
      <PageTitle
        title={t('nav.segments')}
        text={made ? t('segment.made', { time: fmt.moment(format, made.made_at, timeZone) }) : null}
        actions={<Analyse />}
      />
      <PageInsight subject="segments" />
      <div className="mb-4">
        <Segmented
          label={t('segment.kind')}
          value={kind}
          options={KINDS.map((value) => ({ value, label: t(`segment.kinds.${value}`) }))}
          onChange={(value) => changeUrl({ kind: value === 'lifecycle' ? null : value })}
        />
      </div>
      {defined && (
        <div role="status" className="mb-4">
          <Banner tone="good">{t('segment.defined', { name: defined })}</Banner>
        </div>
      )}
      <Found kind={kind} />
      {kind === 'rule' && (
        <div className="mt-4">
          <RuleEditor onDefined={setDefined} />
        </div>
      )}
    </>
  );
}
