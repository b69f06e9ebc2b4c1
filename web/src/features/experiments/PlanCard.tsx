'use client';

import type { Experiment } from '@/api/types';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';

/** What was planned, and what became of it. */
export function PlanCard({ experiment }: { experiment: Experiment }) {
  const { t, format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const moment = (at: string) => fmt.moment(format, at, timeZone);
  const share = (points: number) => fmt.percent(format, points / 10_000);
  const { variants, started_at: started, stopped_at: stopped } = experiment;
  return (
    <Card title={t('exp.plan')}>
      <FactList
        facts={[
          { name: t('exp.key'), value: <bdi>{experiment.key}</bdi> },
          { name: t('exp.unit'), value: t(`exp.unit.${experiment.unit}`) },
          { name: t('exp.traffic'), value: share(experiment.traffic) },
          ...variants.map((variant, n) => ({
            name: `${t('exp.variant')} ${fmt.count(format, n + 1)}`,
            value: (
              <>
                <bdi>{variant.name || variant.key}</bdi> {share(variant.weight)}
              </>
            ),
          })),
          ...experiment.targeting.map((rule, n) => ({
            name: `${t('exp.only')} ${fmt.count(format, n + 1)}`,
            value: (
              <bdi>{`${rule.attribute} ${rule.operator.replaceAll('_', ' ')} ${(rule.values ?? []).join(', ')}`}</bdi>
            ),
          })),
          { name: t('exp.method'), value: t(`exp.method.${experiment.method}`) },
          {
            name: t('exp.planned'),
            value:
              experiment.planned_units === null ? '–' : fmt.count(format, experiment.planned_units),
          },
          ...(started ? [{ name: t('exp.started'), value: moment(started) }] : []),
          ...(stopped ? [{ name: t('exp.stopped'), value: moment(stopped) }] : []),
          ...(experiment.stop_reason
            ? [{ name: t('exp.why'), value: <bdi>{experiment.stop_reason}</bdi> }]
            : []),
        ]}
      />
    </Card>
  );
}
