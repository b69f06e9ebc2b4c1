'use client';

import { useMutation } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useMay } from '@/features/auth/usePermissions';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ErrorState } from '@/ui/states';
import { Cited } from './Cited';

type Insight = components['schemas']['Insight'];
type Subject = Insight['subject'];

const TONES = { finding: 'neutral', risk: 'bad', action: 'accent' } as const;

function ask(subject: Subject, id: string): Promise<Insight> {
  switch (subject) {
    case 'customer':
      return ok(
        api.POST('/v1/customers/{customer_id}/analyze', { params: { path: { customer_id: id } } }),
      );
    case 'product':
      return ok(
        api.POST('/v1/products/{product_id}/analyze', { params: { path: { product_id: id } } }),
      );
    case 'experiment':
      return ok(
        api.POST('/v1/ai/insights/experiments/{experiment_id}', {
          params: { path: { experiment_id: id } },
        }),
      );
    case 'stock':
      return ok(api.POST('/v1/ai/insights/stock'));
    default:
      return ok(api.POST('/v1/ai/insights/pages/{page}', { params: { path: { page: subject } } }));
  }
}

function Statements({ insight }: { insight: Insight }) {
  const { t } = useWords();
  return (
    <div lang="en" dir="auto" className="grid gap-2">
      <p className="max-w-prose font-medium">
        <Cited text={insight.headline.text} citations={insight.headline.citations ?? []} />
      </p>
      <ul className="grid gap-2 text-sm">
        {insight.findings.map((one) => (
          <li key={one.text} className="flex max-w-prose flex-wrap items-baseline gap-2">
            <Badge tone={TONES[one.kind]}>{t(`insight.${one.kind}`)}</Badge>
            <span className="min-w-0 flex-1">
              <Cited text={one.text} citations={one.citations ?? []} />
            </span>
          </li>
        ))}
      </ul>
      <p className="text-ink-2 text-sm">
        {insight.by === 'model' ? t('ask.by.model') : t('ask.by.narrator')}
      </p>
    </div>
  );
}

/** What stands out of a customer, product, experiment or page, once somebody asks. */
export function InsightCard({ subject, id = '' }: { subject: Subject; id?: string }) {
  const { t } = useWords();
  const may = useMay('ai:ask');
  const made = useMutation({
    mutationFn: () => ask(subject, id),
    onSuccess: (insight) => announce(insight.headline.text),
  });
  if (!may) return null;
  return (
    <Card
      title={t('insight.title')}
      actions={
        <Button small busy={made.isPending} onClick={() => made.mutate()}>
          {t(made.data ? 'insight.again' : 'insight.ask')}
        </Button>
      }
    >
      {made.error && <ErrorState error={made.error} retry={() => made.mutate()} />}
      {made.data ? (
        <Statements insight={made.data} />
      ) : (
        <p className="text-ink-2 text-sm">{t('insight.text')}</p>
      )}
    </Card>
  );
}

/** The same of a whole page, above what the page shows. */
export function PageInsight({ subject }: { subject: Subject }) {
  return (
    <div className="mb-4">
      <InsightCard subject={subject} />
    </div>
  );
}
