'use client';

import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { SelectField, TextField } from '@/ui/Field';
import { type DraftMetric, FIRST_METRIC, OWN, ROLES, type UNITS } from './plan';
import { useMetrics } from './useExperiments';

const MOST = 20;

interface Props {
  metrics: readonly DraftMetric[];
  unit: (typeof UNITS)[number];
  error: string | undefined;
  onChange: (metrics: readonly DraftMetric[]) => void;
}

interface RowProps {
  metric: DraftMetric;
  unit: Props['unit'];
  onChange: (metric: DraftMetric) => void;
  onRemove: (() => void) | null;
}

function MetricRow({ metric, unit, onChange, onRemove }: RowProps) {
  const { t, said } = useWords();
  const offered = (useMetrics().data?.items ?? []).filter((one) => one.units.includes(unit));
  const known = offered.find((one) => one.name === metric.name);
  return (
    <div className="grid gap-2">
      <div className="grid items-end gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto]">
        <SelectField
          label={t('exp.metric')}
          value={metric.name}
          options={[
            ...offered.map((one) => ({
              value: one.name,
              label: said(`experiment.metric.${one.name}`, one.label),
            })),
            { value: OWN, label: t('exp.metric.own') },
          ]}
          onChange={(name) => onChange({ ...metric, name })}
        />
        <SelectField
          label={t('exp.role')}
          value={metric.role}
          options={ROLES.map((value) => ({ value, label: t(`exp.role.${value}`) }))}
          onChange={(role) => onChange({ ...metric, role })}
        />
        {metric.role === 'guardrail' ? (
          <TextField
            label={t('exp.margin')}
            inputMode="decimal"
            dir="ltr"
            value={metric.margin}
            onChange={(event) => onChange({ ...metric, margin: event.target.value })}
          />
        ) : (
          <span className="hidden sm:block" />
        )}
        {onRemove && (
          <Button small kind="quiet" onClick={onRemove}>
            {t('rule.remove')}
          </Button>
        )}
      </div>
      {metric.name === OWN && (
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <TextField
            label={t('exp.metric.own.name')}
            dir="auto"
            value={metric.own}
            hint={t('exp.metric.own.hint')}
            onChange={(event) => onChange({ ...metric, own: event.target.value })}
          />
          <SelectField
            label={t('exp.metric.kind')}
            value={metric.kind}
            options={[
              { value: 'proportion', label: t('exp.kind.proportion') },
              { value: 'mean', label: t('exp.kind.mean') },
            ]}
            onChange={(kind) => onChange({ ...metric, kind })}
          />
        </div>
      )}
      {known && (
        <p dir="auto" className="text-ink-2 text-sm">
          {said(`experiment.definition.${known.name}`, known.definition)}
        </p>
      )}
    </div>
  );
}

/** What decides, what is looked at besides, and what must not get worse. */
export function MetricFields({ metrics, unit, error, onChange }: Props) {
  const { t } = useWords();
  return (
    <Card title={t('exp.metrics')} text={t('exp.metrics.text')}>
      <div className="grid gap-4">
        {metrics.map((metric, n) => (
          <MetricRow
            // biome-ignore lint/suspicious/noArrayIndexKey: drafts have no other identity
            key={n}
            metric={metric}
            unit={unit}
            onChange={(next) => onChange(metrics.map((one, at) => (at === n ? next : one)))}
            onRemove={
              metrics.length > 1 ? () => onChange(metrics.filter((_, at) => at !== n)) : null
            }
          />
        ))}
        {error && (
          <p role="alert" className="text-bad text-sm">
            {error}
          </p>
        )}
        <div>
          <Button
            small
            disabled={metrics.length >= MOST}
            onClick={() =>
              onChange([...metrics, { ...FIRST_METRIC, name: 'return_rate', role: 'guardrail' }])
            }
          >
            {t('exp.metric.add')}
          </Button>
        </div>
      </div>
    </Card>
  );
}
