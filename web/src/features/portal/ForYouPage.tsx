'use client';

import { useState } from 'react';
import type { Recommended } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading, useReason } from '@/ui/states';
import { Mine } from './Mine';
import { useForYou, useVerdict } from './useMine';

const FEW = 5;

export function ForYouPage() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('forYou.title')} text={t('forYou.text')} />
      <Mine>{(id) => <Suggestions id={id} />}</Mine>
    </>
  );
}

function Suggestions({ id }: { id: string }) {
  const { t } = useWords();
  const why = useReason();
  const { data, error, refetch, isFetching } = useForYou(id);
  const judged = useVerdict();
  const [liked, setLiked] = useState<ReadonlySet<string>>(new Set());
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  const dismiss = (item: Recommended) =>
    judged.mutate(
      { answer: data.id, product: item.product_id, verdict: 'dismissed' },
      { onSuccess: () => announce(t('forYou.gone', { name: item.name })) },
    );
  const like = (item: Recommended) =>
    judged.mutate(
      { answer: data.id, product: item.product_id, verdict: 'liked' },
      {
        onSuccess: () => {
          setLiked(new Set([...liked, item.product_id]));
          announce(t('forYou.liked'));
        },
      },
    );
  return (
    <div className="grid gap-4">
      {judged.error && (
        <Banner tone="bad" alert>
          {why(judged.error)}
        </Banner>
      )}
      {data.fallback_text && <Banner tone="accent">{data.fallback_text}</Banner>}
      {data.items.length === 0 && (
        <EmptyState icon="bulb" title={t('forYou.none')} text={t('forYou.none.text')} />
      )}
      <ul
        aria-label={t('forYou.title')}
        className={`grid gap-3 sm:grid-cols-2 ${isFetching ? 'opacity-60' : ''}`}
      >
        {data.items.map((item) => (
          <Suggestion
            key={item.product_id}
            item={item}
            liked={liked.has(item.product_id)}
            busy={judged.isPending}
            onLike={() => like(item)}
            onDismiss={() => dismiss(item)}
          />
        ))}
      </ul>
    </div>
  );
}

interface Props {
  item: Recommended;
  liked: boolean;
  busy: boolean;
  onLike(): void;
  onDismiss(): void;
}

function Suggestion({ item, liked, busy, onLike, onDismiss }: Props) {
  const { t, format } = useWords();
  const few = item.available !== null && item.available > 0 && item.available <= FEW;
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-card border border-line bg-surface p-4 shadow-card">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="min-w-0 break-words font-medium">
          <bdi>{item.name}</bdi>
        </h2>
        <p className="figures whitespace-nowrap font-medium">
          {fmt.money(format, item.price_minor, item.currency)}
        </p>
      </div>
      <p className="flex-1 text-ink-2 text-sm">
        <bdi>{item.reason}</bdi>
      </p>
      <div className="flex flex-wrap gap-1.5">
        {item.bought_before && <Badge>{t('forYou.before')}</Badge>}
        {few && <Badge tone="warn">{t('forYou.left', { n: item.available ?? 0 })}</Badge>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          small
          icon="close"
          disabled={busy}
          onClick={onDismiss}
          aria-label={t('forYou.notOf', { name: item.name })}
        >
          {t('forYou.not')}
        </Button>
        <Button
          small
          kind="quiet"
          icon="check"
          disabled={busy || liked}
          onClick={onLike}
          aria-label={t('forYou.likeOf', { name: item.name })}
        >
          {t(liked ? 'forYou.liked' : 'forYou.like')}
        </Button>
      </div>
    </li>
  );
}
