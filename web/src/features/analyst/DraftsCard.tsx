'use client';

import { useMay } from '@/features/auth/usePermissions';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { AppLink } from '@/ui/AppLink';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ErrorState } from '@/ui/states';
import { type Decision, type ShownDraft, useDecide, useDrafts } from './useDrafts';

function About({ shown }: { shown: ShownDraft }) {
  const { t, format } = useWords();
  const { draft, products = [], other_products: others = 0 } = shown;
  const { promotion } = draft;
  const created = fmt.day(format, draft.created_at.slice(0, 10));
  const names = products.map(({ name }) => name).join(', ');
  return (
    <div className="min-w-0">
      <p className="wrap-anywhere font-medium">
        {draft.kind === 'promotion' ? t('drafts.promotion') : t('drafts.order')}:{' '}
        <bdi>{draft.title}</bdi>
      </p>
      {promotion && (
        <p className="text-sm">
          {t('drafts.terms', {
            percent: promotion.percent_off,
            from: fmt.day(format, promotion.first_day),
            to: fmt.day(format, promotion.last_day),
          })}{' '}
          <bdi>{promotion.category ?? names}</bdi>
          {others > 0 && ` ${t('drafts.others', { n: others })}`}
        </p>
      )}
      <p className="text-ink-2 text-sm">{t('drafts.by', { who: draft.author, day: created })}</p>
    </div>
  );
}

/** Promotions and purchase orders that assistants drafted, to approve or refuse. */
export function DraftsCard() {
  const { t } = useWords();
  const may = useMay('forecasts:write');
  const drafts = useDrafts();
  const decide = useDecide();
  const send = (id: string, decision: Decision) =>
    decide.mutate(
      { id, decision },
      {
        onSuccess: () => announce(t(decision === 'approve' ? 'drafts.approved' : 'drafts.refused')),
      },
    );
  const items = drafts.data?.items ?? [];
  if (!drafts.error && items.length === 0) return null;
  return (
    <Card title={t('drafts.title')} text={t('drafts.text')} className="mb-4">
      {drafts.error && <ErrorState error={drafts.error} retry={() => void drafts.refetch()} />}
      {decide.error && <ErrorState error={decide.error} />}
      <ul className="grid gap-4">
        {items.map((shown) => (
          <li
            key={shown.draft.id}
            className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2"
          >
            <About shown={shown} />
            <div className="flex flex-wrap gap-2">
              {shown.draft.kind === 'purchase_order' && (
                <AppLink href={shown.link}>{t('drafts.open')}</AppLink>
              )}
              {may && shown.draft.kind === 'promotion' && (
                <Button
                  small
                  kind="primary"
                  disabled={decide.isPending}
                  aria-label={t('drafts.approve.of', { name: shown.draft.title })}
                  onClick={() => send(shown.draft.id, 'approve')}
                >
                  {t('drafts.approve')}
                </Button>
              )}
              {may && shown.draft.kind === 'promotion' && (
                <Button
                  small
                  disabled={decide.isPending}
                  aria-label={t('drafts.refuse.of', { name: shown.draft.title })}
                  onClick={() => send(shown.draft.id, 'refuse')}
                >
                  {t('drafts.refuse')}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
