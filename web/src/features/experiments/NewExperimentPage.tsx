'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/problem';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { SelectField, TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { MetricFields } from './MetricFields';
import { PowerCard } from './PowerCard';
import { type Draft, FIRST_METRIC, keyOf, METHODS, OWN, planOf, UNITS } from './plan';
import { useDraft } from './useExperiments';
import { VariantFields } from './VariantFields';

type Set = (next: Partial<Draft>) => void;

/** The API's reason for a field or anything within it. */
function reasonWithin(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const within = new RegExp(`(^|[./])${field}($|[./[])`);
  return error.errors.find((each) => within.test(each.field))?.reason;
}

const PLACED = ['name', 'key', 'hypothesis', 'traffic', 'planned_units', 'variants', 'metrics'];

interface Part {
  draft: Draft;
  set: Set;
  reason: (field: string) => string | undefined;
}

function Idea({ draft, set, reason, tried }: Part & { tried: boolean }) {
  const { t } = useWords();
  const missing = tried && !draft.name.trim() ? t('login.required') : undefined;
  const noKey = tried && draft.name.trim() && !keyOf(draft.name) && !draft.key.trim();
  return (
    <Card title={t('exp.idea')}>
      <div className="grid gap-3">
        <TextField
          label={t('segment.name')}
          dir="auto"
          maxLength={200}
          value={draft.name}
          error={missing ?? reason('name')}
          onChange={(event) => set({ name: event.target.value })}
        />
        <TextField
          label={t('exp.hypothesis')}
          dir="auto"
          hint={t('exp.hypothesis.hint')}
          value={draft.hypothesis}
          error={reason('hypothesis')}
          onChange={(event) => set({ hypothesis: event.target.value })}
        />
        <TextField
          label={t('exp.key')}
          dir="ltr"
          hint={t('exp.key.hint')}
          placeholder={keyOf(draft.name)}
          value={draft.key}
          error={noKey ? t('login.required') : reason('key')}
          onChange={(event) => set({ key: event.target.value })}
        />
      </div>
    </Card>
  );
}

function Who({ draft, set, reason }: Part) {
  const { t } = useWords();
  return (
    <Card title={t('exp.who')}>
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <SelectField
          label={t('exp.unit')}
          value={draft.unit}
          options={UNITS.map((value) => ({ value, label: t(`exp.unit.${value}`) }))}
          // Sales are not told of visitors, whose figures the shop's own pages report.
          onChange={(unit) =>
            set({
              unit,
              metrics: [{ ...FIRST_METRIC, ...(unit === 'visitor' && { name: OWN }) }],
            })
          }
        />
        <TextField
          label={t('exp.traffic.percent')}
          inputMode="decimal"
          dir="ltr"
          value={draft.traffic}
          error={reason('traffic')}
          onChange={(event) => set({ traffic: event.target.value })}
        />
        <SelectField
          label={t('exp.method')}
          value={draft.method}
          options={METHODS.map((value) => ({ value, label: t(`exp.method.${value}`) }))}
          onChange={(method) => set({ method })}
        />
        <TextField
          label={t('exp.planned')}
          inputMode="numeric"
          dir="ltr"
          hint={t('exp.planned.hint')}
          value={draft.planned}
          error={reason('planned_units')}
          onChange={(event) => set({ planned: event.target.value })}
        />
        <p className="text-ink-2 text-sm sm:col-span-2">{t(`exp.method.${draft.method}.text`)}</p>
      </div>
    </Card>
  );
}

/** From an idea to a draft: what is compared, among whom, and by what it is judged. */
export function NewExperimentPage() {
  const { t } = useWords();
  const why = useReason();
  const router = useRouter();
  const save = useDraft();
  const [tried, setTried] = useState(false);
  const [draft, setDraft] = useState<Draft>(() => ({
    name: '',
    hypothesis: '',
    key: '',
    unit: 'customer',
    traffic: '100',
    variants: [
      { name: t('exp.variant.asNow'), value: '' },
      { name: t('exp.variant.new'), value: '' },
    ],
    metrics: [FIRST_METRIC],
    method: 'sequential',
    planned: '',
  }));
  const set: Set = (next) => setDraft((before) => ({ ...before, ...next }));
  const reason = (field: string) => reasonWithin(save.error, field);
  const placed = PLACED.some((field) => reason(field) !== undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!draft.name.trim() || !(draft.key.trim() || keyOf(draft.name))) return;
    save.mutate(planOf(draft), {
      onSuccess: (made) => router.push(`/experiment/?id=${encodeURIComponent(made.id)}`),
    });
  };
  const part = { draft, set, reason };
  return (
    <>
      <AppLink href="/experiments/" className="mb-2 inline-block text-sm">
        {t('nav.experiments')}
      </AppLink>
      <PageTitle title={t('exp.new')} text={t('exp.new.text')} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <form onSubmit={submit} noValidate className="grid min-w-0 gap-4">
          <Idea {...part} tried={tried} />
          <VariantFields
            variants={draft.variants}
            error={reason('variants')}
            onChange={(variants) => set({ variants })}
          />
          <MetricFields
            metrics={draft.metrics}
            unit={draft.unit}
            error={reason('metrics')}
            onChange={(metrics) => set({ metrics })}
          />
          <Who {...part} />
          {save.error && (
            <Banner tone="bad" alert>
              {placed ? t('exp.look') : why(save.error)}
            </Banner>
          )}
          <div className="flex justify-end">
            <Button type="submit" kind="primary" busy={save.isPending}>
              {t('exp.save')}
            </Button>
          </div>
        </form>
        <PowerCard
          arms={draft.variants.length}
          anyTime={draft.method === 'sequential'}
          onPlan={(units) => set({ planned: String(units) })}
        />
      </div>
    </>
  );
}
