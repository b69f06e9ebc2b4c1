'use client';

import type { Recommendations } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Card } from '@/ui/Card';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { RecommendedList } from './RecommendedList';
import { useNextBasket, usePreview } from './useRecommended';

/** Says so where an answer is not about this customer. */
export function Fallback({ of }: { of: Recommendations }) {
  const { said } = useWords();
  if (!of.fallback) return null;
  return (
    <div className="px-4 pb-2 sm:px-5">
      <Banner tone="accent">{said(`fallback.${of.fallback}`, of.fallback_text ?? '')}</Banner>
    </div>
  );
}

interface Query {
  data: Recommendations | undefined;
  error: unknown;
  refetch: () => unknown;
}

function Found({ title, query }: { title: string; query: Query }) {
  const { t } = useWords();
  const { data, error, refetch } = query;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="mx-4 h-72" />;
  if (data.items.length === 0) return <EmptyState title={t('rec.none')} />;
  return (
    <>
      <Fallback of={data} />
      <RecommendedList label={title} of={data} />
    </>
  );
}

export function NextBasketCard({ id }: { id: string }) {
  const { t } = useWords();
  const query = useNextBasket(id);
  const title = t('basket.title');
  return (
    <Card title={title} text={t('basket.text')} flush>
      <Found title={title} query={query} />
    </Card>
  );
}

/** The first products that the customer is shown, sold out ones left out. */
export function PreviewCard({ id }: { id: string }) {
  const { t } = useWords();
  const looked = { context: 'home', product: '', category: '', own: 'include' } as const;
  const query = usePreview(id, looked, 3);
  const title = t('preview.card');
  return (
    <Card
      title={title}
      flush
      actions={
        <AppLink
          href={`/recommendations/preview/?customer=${encodeURIComponent(id)}`}
          className="text-sm"
        >
          {t('preview.more')}
        </AppLink>
      }
    >
      <Found title={title} query={query} />
    </Card>
  );
}
