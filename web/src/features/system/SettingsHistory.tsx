'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useActorName } from './useMembers';
import { type Former, useSettingsHistory } from './useSettings';
import { useStatus } from './useStatus';

/** Who set what, newest first. */
export function SettingsHistory() {
  const { t, format } = useWords();
  const nameOf = useActorName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const list = useSettingsHistory();
  const columns: Column<Former>[] = [
    {
      key: 'at',
      head: t('settings.when'),
      names: true,
      sort: 'at',
      cell: (row) => fmt.moment(format, row.at, timeZone),
    },
    { key: 'by', head: t('settings.by'), cell: (row) => <bdi>{nameOf(row.by)}</bdi> },
    {
      key: 'level',
      head: t('settings.level'),
      figure: true,
      sort: 'service_level',
      cell: (row) => fmt.percent(format, row.value.service_level ?? 0),
    },
    {
      key: 'lead',
      head: t('settings.lead'),
      figure: true,
      sort: 'lead_time_days',
      from: 'md',
      cell: (row) => fmt.count(format, row.value.lead_time_days ?? 0),
    },
    {
      key: 'review',
      head: t('settings.review'),
      figure: true,
      sort: 'review_days',
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
    <Card
      title={t('settings.history')}
      actions={<ExportButton name="settings-history" file={list.file} />}
      flush
    >
      <Listing bare {...list} none={<EmptyState title={t('settings.history.none')} />}>
        {(rows) => (
          <Table
            label={t('settings.history')}
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.version)}
            {...list.sorting}
          />
        )}
      </Listing>
    </Card>
  );
}
