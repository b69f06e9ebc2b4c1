'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { Model } from '@/api/types';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { PageTitle } from '@/ui/PageTitle';
import { ErrorState, Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { DriftBadge } from './DriftBadge';
import { useModels } from './useModels';

function trainedAt({ standing }: Model): string | null {
  const { last_refit_at: refit, last_trained_at: trained } = standing;
  return (
    [refit, trained]
      .filter((at) => at != null)
      .sort()
      .at(-1) ?? null
  );
}

function ModelTable({ models }: { models: readonly Model[] }) {
  const { t, said, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<Model>[] = [
    {
      key: 'model',
      head: t('models.model'),
      names: true,
      cell: (row) => (
        <span className="grid">
          <AppLink href={`/model/?name=${encodeURIComponent(row.name)}`} className="font-medium">
            <bdi>{said(`model.${row.name}`, row.title)}</bdi>
          </AppLink>
          <span className="text-ink-2 text-xs">{row.name}</span>
        </span>
      ),
    },
    {
      key: 'version',
      head: t('models.version'),
      figure: true,
      cell: (row) =>
        row.standing.now ? fmt.count(format, row.standing.now.default) : t('models.untrained'),
    },
    {
      key: 'trained',
      head: t('models.trained'),
      figure: true,
      from: 'md',
      cell: (row) => {
        const at = trainedAt(row);
        return at ? fmt.moment(format, at, timeZone) : '–';
      },
    },
    {
      key: 'gate',
      head: t('models.gate'),
      from: 'lg',
      cell: (row) =>
        t('models.gate.text', {
          metric: row.metric,
          margin: fmt.percent(format, row.margin, 0),
          n: row.least_origins,
        }),
    },
    {
      key: 'drift',
      head: t('models.drift'),
      cell: (row) => <DriftBadge drift={row.standing.drift ?? 'unknown'} />,
    },
  ];
  return (
    <Table label={t('models.title')} columns={columns} rows={models} rowKey={(row) => row.name} />
  );
}

export function ModelsPage() {
  const { t } = useWords();
  const { data, error, refetch } = useModels();
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['models'] }));
  useLiveChannel('system', reread);
  return (
    <>
      <PageTitle title={t('models.title')} text={t('models.text')} />
      <div className="overflow-hidden rounded-card border border-line bg-surface shadow-card">
        {error && <ErrorState error={error} retry={() => void refetch()} />}
        {!error && !data && <Loading className="h-96" />}
        {!error && data && <ModelTable models={data.items} />}
      </div>
    </>
  );
}
