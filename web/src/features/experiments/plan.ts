import type { ExperimentMetricPlan, NewExperiment, PowerRequest, Variant } from '@/api/types';

export const UNITS = ['customer', 'visitor', 'product', 'location'] as const;
export const METHODS = ['sequential', 'fixed', 'bayesian'] as const;
export const ROLES = ['primary', 'secondary', 'guardrail'] as const;
/** A metric that the shop's own pages report. */
export const OWN = 'own';
/** Of the whole, as the API counts weights and traffic. */
const WHOLE = 10_000;

export interface DraftVariant {
  readonly name: string;
  readonly value: string;
}

export interface DraftMetric {
  readonly name: string;
  readonly role: (typeof ROLES)[number];
  /** Of a guardrail, in per cent. */
  readonly margin: string;
  /** What it is called where `name` is OWN, and of what kind. */
  readonly own: string;
  readonly kind: 'proportion' | 'mean';
}

export interface Draft {
  readonly name: string;
  readonly hypothesis: string;
  readonly key: string;
  readonly unit: (typeof UNITS)[number];
  readonly traffic: string;
  readonly variants: readonly DraftVariant[];
  readonly metrics: readonly DraftMetric[];
  readonly method: (typeof METHODS)[number];
  readonly planned: string;
}

export const FIRST_METRIC: DraftMetric = {
  name: 'conversion',
  role: 'primary',
  margin: '5',
  own: '',
  kind: 'proportion',
};

/** A name as a key: what the shop's own pages ask for. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}

/** Equal parts that sum to the whole; what cannot be divided goes to the first. */
export function weights(n: number): number[] {
  const each = Math.floor(WHOLE / n);
  return Array.from({ length: n }, (_, i) => (i === 0 ? WHOLE - each * (n - 1) : each));
}

/** A flag's value as it is typed: a figure, true, false, JSON or else text; nothing is its key. */
export function flagOf(text: string): unknown {
  const typed = text.trim();
  if (typed === '') return null;
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}

/** Keys of the variants, by their names, each only once. */
export function variantKeys(variants: readonly DraftVariant[]): string[] {
  const taken = new Set<string>();
  return variants.map(({ name }, n) => {
    const wanted = keyOf(name) || `variant-${n + 1}`;
    const key = taken.has(wanted) ? `${wanted.slice(0, 60)}-${n + 1}` : wanted;
    taken.add(key);
    return key;
  });
}

function metricOf(draft: DraftMetric): ExperimentMetricPlan {
  const own = draft.name === OWN;
  return {
    name: own ? keyOf(draft.own) : draft.name,
    role: draft.role,
    margin: draft.role === 'guardrail' ? Number(draft.margin) / 100 : 0,
    outcome: own ? { kind: draft.kind, better: 'higher', level: 0.5 } : null,
  };
}

/** The draft as the API wants it. */
export function planOf(draft: Draft): NewExperiment {
  const keys = variantKeys(draft.variants);
  const shares = weights(draft.variants.length);
  const variants: Variant[] = draft.variants.map(({ name, value }, n) => ({
    key: keys[n] ?? '',
    weight: shares[n] ?? 0,
    name: name.trim(),
    value: flagOf(value),
  }));
  const planned = Number(draft.planned);
  return {
    name: draft.name.trim(),
    hypothesis: draft.hypothesis.trim(),
    key: draft.key.trim() || keyOf(draft.name),
    unit: draft.unit,
    traffic: Math.round(Number(draft.traffic) * 100),
    variants,
    metrics: draft.metrics.map(metricOf),
    targeting: [],
    method: draft.method,
    alpha: 0.05,
    planned_units: draft.planned.trim() && Number.isFinite(planned) ? Math.round(planned) : null,
    cuped_days: 28,
    allocation: 'fixed',
    holding_rate: 0.25,
  };
}

export interface PowerDraft {
  readonly kind: 'proportion' | 'mean';
  readonly baseline: string;
  readonly deviation: string;
  readonly effect: string;
  readonly perDay: string;
}

function positive(text: string): number | null {
  const value = Number(text.replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : null;
}

/** The question for the power calculator; null while something of it is missing. */
export function powerOf(draft: PowerDraft, arms: number): PowerRequest | null {
  const baseline = positive(draft.baseline);
  const effect = positive(draft.effect);
  const perDay = positive(draft.perDay);
  const deviation = positive(draft.deviation);
  if (baseline === null || effect === null || perDay === null) return null;
  if (draft.kind === 'mean' && deviation === null) return null;
  return {
    kind: draft.kind,
    baseline: draft.kind === 'proportion' ? baseline / 100 : baseline,
    relative_effect: effect / 100,
    deviation: draft.kind === 'mean' ? deviation : null,
    units_per_day: perDay,
    arms,
    alpha: 0.05,
    power: 0.8,
    explained: 0,
  };
}
