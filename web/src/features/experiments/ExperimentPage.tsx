'use client';

import { useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/problem';
import { InsightCard } from '@/features/analyst/InsightCard';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Decisions } from './Decisions';
import { PlanCard } from './PlanCard';
import { ResultsView } from './ResultsView';
import { StatusBadge } from './StatusBadge';
import { EXPERIMENTS_KEY, useExperiment, useResults } from './useExperiments';
import { WhomCard } from './WhomCard';

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('nav.experiments')} hidden />
      <EmptyState
        title={t(missing ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/experiments/">{t('nav.experiments')}</AppLink>}
      />
    </>
  );
}

function Found({
  experiment,
}: {
  experiment: NonNullable<ReturnType<typeof useExperiment>['data']>;
}) {
  const { t } = useWords();
  const { data, error, refetch } = useResults(experiment);
  const { status = 'draft', hypothesis } = experiment;
  const shipped = experiment.variants.find(({ key }) => key === experiment.shipped_variant);
  return (
    <>
      <PageTitle
        title={experiment.name}
        text={
          <span className="grid gap-1">
            <span className="flex flex-wrap items-center gap-2">
              <StatusBadge status={status} />
              {shipped && (
                <span>{t('exp.shippedVariant', { name: shipped.name || shipped.key })}</span>
              )}
            </span>
            {hypothesis && <bdi className="max-w-prose whitespace-pre-line">{hypothesis}</bdi>}
          </span>
        }
        actions={<Decisions experiment={experiment} verdict={data?.verdict} />}
      />
      <InOrder narrow className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          {status === 'draft' && <Banner tone="accent">{t('exp.draft.text')}</Banner>}
          {error && <ErrorState error={error} retry={() => void refetch()} />}
          {status !== 'draft' && !error && !data && <Loading className="h-96" />}
          {data && <InsightCard subject="experiment" id={experiment.id} />}
          {data && <ResultsView experiment={experiment} results={data} />}
          {data && <WhomCard experiment={experiment} />}
        </div>
        <PlanCard experiment={experiment} />
      </InOrder>
    </>
  );
}

function ById({ id }: { id: string }) {
  const { t } = useWords();
  const { data, error, refetch } = useExperiment(id);
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: EXPERIMENTS_KEY }));
  useLiveChannel('experiments', reread);
  if (error instanceof ApiError && [400, 404].includes(error.status)) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  return (
    <>
      <AppLink href="/experiments/" className="mb-2 inline-block text-sm">
        {t('nav.experiments')}
      </AppLink>
      <Found experiment={data} />
    </>
  );
}

export function ExperimentPage() {
  const id = useParam('id');
  return id ? <ById key={id} id={id} /> : <Nothing />;
}
