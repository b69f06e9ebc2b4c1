'use client';

import type { ModelChange, ModelDetail, ModelVersion } from '@/api/types';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import type { Sorting } from '@/shell/sorting';
import { Badge, type Tone } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { DriftBadge } from './DriftBadge';
import { groupParts, metricName } from './judged';

const STATES: Record<ModelVersion['state'], Tone> = {
  champion: 'good',
  challenger: 'accent',
  former: 'neutral',
};

type Score = ModelVersion['scores'][number];

/** A version that answers: its lineage, and its figures by group with the numbers behind them. */
export function Champion({ version }: { version: ModelVersion }) {
  const { t, said, format } = useWords();
  const groupOf = (group: string) => {
    const { kind, value } = groupParts(group);
    return [said(`judged.${kind}`, kind), value].filter(Boolean).join(' ');
  };
  const names = Object.keys(version.scores[0]?.values ?? {});
  const columns: Column<Score>[] = [
    { key: 'group', head: t('models.group'), names: true, cell: (row) => groupOf(row.group) },
    ...names.map(
      (name, n): Column<Score> => ({
        key: name,
        head: metricName(name),
        figure: true,
        ...(n > 2 && { from: 'lg' }),
        cell: (row) => {
          const value = row.values[name];
          return value === null || value === undefined ? '–' : fmt.decimal(format, value, 3);
        },
      }),
    ),
    {
      key: 'series',
      head: t('accuracy.series'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.series),
    },
    {
      key: 'origins',
      head: t('accuracy.origins'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.origins),
    },
  ];
  return (
    <>
      <Card title={`${t('models.champions')}: ${t('models.version')} ${version.version}`}>
        <FactList
          facts={[
            { name: t('models.algorithm'), value: <bdi>{version.algorithm}</bdi> },
            {
              name: t('models.answersFor'),
              value: (version.answers_for ?? []).map(groupOf).join(', '),
            },
            {
              name: t('models.data'),
              value: `${fmt.day(format, version.data.first_day)} – ${fmt.day(format, version.data.last_day)}`,
            },
            {
              name: t('models.fingerprint'),
              value: <bdi className="break-all">{version.data.fingerprint}</bdi>,
            },
            { name: t('models.code'), value: <bdi className="break-all">{version.code}</bdi> },
          ]}
        />
      </Card>
      {version.scores.length > 0 && (
        <Card title={t('models.figures')} flush>
          <Table
            label={t('models.figures')}
            columns={columns}
            rows={version.scores}
            rowKey={(row) => row.group}
            tall
          />
        </Card>
      )}
    </>
  );
}

type Moved = NonNullable<NonNullable<ModelDetail['watched']>['moved']>[number];

/** How far the data is from where the model learnt, and how its answers came true. */
export function Drift({ watched }: { watched: ModelDetail['watched'] }) {
  const { t, said, format } = useWords();
  const columns: Column<Moved>[] = [
    {
      key: 'feature',
      head: t('models.feature'),
      names: true,
      cell: (row) => <bdi>{said(`feature.${row.feature}`, row.feature)}</bdi>,
    },
    {
      key: 'psi',
      head: t('models.psi'),
      figure: true,
      cell: (row) => (row.psi === null ? '–' : fmt.decimal(format, row.psi, 2)),
    },
    {
      key: 'chance',
      head: t('models.chance'),
      figure: true,
      from: 'sm',
      cell: (row) => (row.by_chance === null ? '–' : fmt.decimal(format, row.by_chance, 2)),
    },
    { key: 'label', head: t('models.drift'), cell: (row) => <DriftBadge drift={row.label} /> },
  ];
  const moved = watched?.moved ?? [];
  return (
    <Card title={t('models.moved')} flush>
      {moved.length === 0 && <EmptyState title={t('models.moved.none')} />}
      {moved.length > 0 && (
        <Table
          label={t('models.moved')}
          columns={columns}
          rows={moved}
          rowKey={(row) => row.feature}
        />
      )}
      {(watched?.realised ?? []).map((seen) => (
        <p key={seen.made_on} className="px-4 py-2 text-sm sm:px-5">
          {t('models.realised', {
            day: fmt.day(format, seen.made_on),
            metric: metricName(seen.metric),
            value: seen.value === null ? '–' : fmt.decimal(format, seen.value, 3),
            expected: seen.expected === null ? '–' : fmt.decimal(format, seen.expected, 3),
          })}{' '}
          <DriftBadge drift={seen.label} />
        </p>
      ))}
    </Card>
  );
}

export function Versions({
  versions,
  ...sorting
}: { versions: readonly ModelVersion[] } & Sorting) {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<ModelVersion>[] = [
    {
      key: 'version',
      head: t('models.version'),
      names: true,
      sort: 'version',
      cell: (row) => (
        <span className="grid">
          {fmt.count(format, row.version)}
          <bdi className="text-ink-2 text-xs">{row.algorithm}</bdi>
        </span>
      ),
    },
    {
      key: 'state',
      head: t('models.state'),
      sort: 'state',
      cell: (row) => <Badge tone={STATES[row.state]}>{t(`models.state.${row.state}`)}</Badge>,
    },
    {
      key: 'trained',
      head: t('models.trained'),
      figure: true,
      sort: 'trained_at',
      cell: (row) => fmt.moment(format, row.trained_at, timeZone),
    },
  ];
  return (
    <Table
      label={t('models.versions')}
      columns={columns}
      rows={versions}
      rowKey={(row) => String(row.version)}
      {...sorting}
    />
  );
}

export function Decisions({ changes, ...sorting }: { changes: readonly ModelChange[] } & Sorting) {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const columns: Column<ModelChange>[] = [
    {
      key: 'what',
      head: t('models.what'),
      names: true,
      sort: 'kind',
      cell: (row) => `${t(`models.kind.${row.kind}`)} (${fmt.count(format, row.version)})`,
    },
    { key: 'why', head: t('models.why'), cell: (row) => <bdi>{row.reason}</bdi> },
    {
      key: 'when',
      head: t('models.when'),
      figure: true,
      sort: 'at',
      from: 'sm',
      cell: (row) => fmt.moment(format, row.at, timeZone),
    },
  ];
  return (
    <Table
      label={t('models.decisions')}
      columns={columns}
      rows={changes}
      rowKey={(row) => row.entry}
      {...sorting}
    />
  );
}
