'use client';

import { useQueryClient } from '@tanstack/react-query';
import type { Model } from '@/api/types';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { AppLink } from '@/ui/AppLink';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { DriftBadge } from './DriftBadge';
import { metricName } from './judged';
import { trainedAt, useModels } from './useModels';

function ModelTable({ models, ...sorting }: { models: readonly Model[] } & Sorting) {
  const { t, said, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<Model>[] = [
    {
      key: 'model',
      head: t('models.model'),
      names: true,
      sort: 'title',
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
      sort: 'version',
      cell: (row) =>
        row.standing.now ? fmt.count(format, row.standing.now.default) : t('models.untrained'),
    },
    {
      key: 'trained',
      head: t('models.trained'),
      figure: true,
      from: 'md',
      sort: 'trained_at',
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
          metric: metricName(row.metric),
          margin: fmt.percent(format, row.margin, 0),
          n: row.least_origins,
        }),
    },
    {
      key: 'drift',
      head: t('models.drift'),
      sort: 'drift',
      cell: (row) => <DriftBadge drift={row.standing.drift ?? 'unknown'} />,
    },
  ];
  return (
    <Table
      label={t('models.title')}
      columns={columns}
      rows={models}
      rowKey={(row) => row.name}
      {...sorting}
    />
  );
}

export function ModelsPage() {
  const { t } = useWords();
  const list = useModels();
  const queries = useQueryClient();
  const reread = useReread(() => queries.invalidateQueries({ queryKey: ['models'] }));
  useLiveChannel('system', reread);
  return (
    <>
      <PageTitle title={t('models.title')} text={t('models.text')} />
      <ListTools
        rows={list}
        label={t('models.title')}
        name="models"
        usual={t('list.usual')}
        orders={[
          ['title', t('models.model')],
          ['version', t('models.version')],
          ['trained_at', t('models.trained')],
          ['drift', t('models.drift')],
        ]}
      />
      <Listing {...list} none={<EmptyState icon="search" title={t('list.noMatch')} />}>
        {(rows) => <ModelTable models={rows} {...list.sorting} />}
      </Listing>
    </>
  );
}
