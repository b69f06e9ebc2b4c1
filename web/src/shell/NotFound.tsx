'use client';

import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { PlainFrame } from './PlainFrame';

export function NotFound() {
  const { t } = useWords();
  return (
    <PlainFrame>
      <PageTitle title={t('notFound.title')} hidden />
      <EmptyState
        title={t('notFound.title')}
        text={t('notFound.text')}
        action={<AppLink href="/">{t('notFound.back')}</AppLink>}
      />
    </PlainFrame>
  );
}
