'use client';

import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { useReason } from '@/ui/states';
import { useContest, useFoundation } from './useModels';

/** What keeps the model from use, or where it answers; nothing where the shop has none. */
export function Foundation() {
  const { t } = useWords();
  const why = useReason();
  const { data } = useFoundation();
  const contest = useContest();
  if (!data?.configured) return null;
  const groups = data.groups ?? [];
  return (
    <Card
      title={t('models.foundation')}
      text={t('models.foundation.text')}
      actions={
        <Button
          busy={contest.isPending}
          disabled={data.problem != null}
          onClick={() => contest.mutate()}
        >
          {t('models.foundation.try')}
        </Button>
      }
    >
      <div className="grid gap-2 text-sm">
        {data.problem && <Banner tone="warn">{data.problem}</Banner>}
        {data.name && <bdi className="font-medium">{data.name}</bdi>}
        <p className="text-ink-2">
          {groups.length > 0
            ? `${t('models.answersFor')}: ${groups.join(', ')}`
            : t('models.foundation.nowhere')}
        </p>
        {contest.isSuccess && <Banner tone="good">{t('models.foundation.asked')}</Banner>}
        {contest.error && (
          <Banner tone="bad" alert>
            {why(contest.error)}
          </Banner>
        )}
      </div>
    </Card>
  );
}
