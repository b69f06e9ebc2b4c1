'use client';

import { useMutation } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Experiment, ExperimentUplift } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { IntervalBar } from '@/ui/chart/IntervalBar';
import { ErrorState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { effectText, isGood, scaleOf } from './figures';

type Effect = NonNullable<ExperimentUplift['effect']>;
type Group = ExperimentUplift['groups'][number];

interface Row {
  readonly name: string;
  readonly group: Group;
}

function Effects({ label, rows, told }: { label: string; rows: Row[]; told: ExperimentUplift }) {
  const { t, format } = useWords();
  const scale = scaleOf(rows.map((row) => row.group.effect));
  const text = (value: number) => effectText(format, told.unit, value, false, told.currency);
  const whole = (value: number) =>
    told.unit === 'share' ? t('rec.points', { n: text(value) }) : text(value);
  const tone = ({ low, high, effect }: Effect) =>
    low <= 0 && high >= 0 ? 'open' : isGood(told, effect) ? 'good' : 'bad';
  const columns: Column<Row>[] = [
    { key: 'who', head: t('exp.whom.who'), names: true, cell: (row) => row.name },
    {
      key: 'n',
      head: t('exp.unit.customer'),
      figure: true,
      from: 'sm',
      cell: (row) => fmt.count(format, row.group.customers),
    },
    {
      key: 'effect',
      head: t('exp.effect'),
      figure: true,
      cell: ({ group: { effect } }) => (
        <span className="grid">
          <span className="font-medium">{whole(effect.effect)}</span>
          <span className="text-ink-2 text-xs">
            {t('exp.interval', { low: text(effect.low), high: text(effect.high) })}
          </span>
        </span>
      ),
    },
    {
      key: 'bar',
      head: t('exp.bar'),
      from: 'md',
      cell: ({ group: { effect } }) => (
        <IntervalBar {...effect} value={effect.effect} scale={scale} tone={tone(effect)} />
      ),
    },
  ];
  return <Table label={label} columns={columns} rows={rows} rowKey={(row) => row.name} />;
}

function Told({ told }: { told: ExperimentUplift }) {
  const { t, said } = useWords();
  const state = told.effect ? (told.differs ? 'differs' : 'alike') : 'few';
  const fifths = told.groups.map((group, n) => ({
    name: t('exp.whom.fifth', { n: n + 1 }),
    group,
  }));
  const traits = told.traits
    .filter((trait) => trait.p < 0.05)
    .flatMap((trait) => {
      const name = said(`experiment.trait.${trait.name}`, trait.label);
      return [
        { name: t('exp.whom.above', { name }), group: trait.above },
        { name: t('exp.whom.others', { name }), group: trait.others },
      ];
    });
  return (
    <div className="grid gap-4">
      <p className="max-w-prose px-4 text-sm sm:px-5">{t(`exp.whom.${state}`)}</p>
      {fifths.length > 0 && <Effects label={t('exp.whom.fifths')} rows={fifths} told={told} />}
      {told.differs && traits.length > 0 && (
        <Effects label={t('exp.whom.traits')} rows={traits} told={told} />
      )}
    </div>
  );
}

/** Whether a variant works better for some customers, once somebody asks. */
export function WhomCard({ experiment }: { experiment: Experiment }) {
  const { t } = useWords();
  const made = useMutation({
    mutationFn: () =>
      ok(
        api.GET('/v1/experiments/{experiment_id}/uplift', {
          params: { path: { experiment_id: experiment.id } },
        }),
      ),
    onSuccess: () => announce(t('exp.whom.done')),
  });
  if (experiment.unit !== 'customer' || experiment.allocation !== 'fixed') return null;
  return (
    <Card
      title={t('exp.whom')}
      text={t('exp.whom.text')}
      flush
      actions={
        <Button small busy={made.isPending} onClick={() => made.mutate()}>
          {t('exp.whom.ask')}
        </Button>
      }
    >
      {made.error && <ErrorState error={made.error} retry={() => made.mutate()} />}
      {made.data && <Told told={made.data} />}
    </Card>
  );
}
