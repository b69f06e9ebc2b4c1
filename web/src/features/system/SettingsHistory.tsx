'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useActorName } from './useMembers';
import { useSettingsHistory } from './useSettings';
import { useStatus } from './useStatus';

type Former = NonNullable<ReturnType<typeof useSettingsHistory>['data']>['items'][number];

/** Who set what, newest first. */
export function SettingsHistory() {
  const { t, format } = useWords();
  const nameOf = useActorName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const query = useSettingsHistory();
  const columns: Column<Former>[] = [
    {
      key: 'at',
      head: t('settings.when'),
      names: true,
      cell: (row) => fmt.moment(format, row.at, timeZone),
    },
    { key: 'by', head: t('settings.by'), cell: (row) => <bdi>{nameOf(row.by)}</bdi> },
    {
      key: 'level',
      head: t('settings.level'),
      figure: true,
      cell: (row) => fmt.percent(format, row.value.service_level ?? 0),
    },
    {
      key: 'lead',
      head: t('settings.lead'),
      figure: true,
      from: 'md',
      cell: (row) => fmt.count(format, row.value.lead_time_days ?? 0),
    },
    {
      key: 'review',
      head: t('settings.review'),
      figure: true,
      from: 'lg',
      cell: (row) => fmt.count(format, row.value.review_days ?? 0),
    },
    {
      key: 'zone',
      head: t('system.zone'),
      from: 'lg',
      cell: (row) => <bdi>{row.value.time_zone}</bdi>,
    },
  ];
  return (
    <Card title={t('settings.history')} flush>
      <Listing
        bare
        query={{ ...query, data: query.data && { items: query.data.items } }}
        cursor={null}
        none={<EmptyState title={t('settings.history.none')} />}
      >
        {(rows) => (
          <Table
            label={t('settings.history')}
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.version)}
          />
        )}
      </Listing>
    </Card>
  );
}
