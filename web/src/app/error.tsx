'use client';

import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/states';

export default function PageError({ reset }: { reset: () => void }) {
  const { t } = useWords();
  return (
    <EmptyState
      icon="warning"
      title={t('error.page')}
      action={<Button onClick={reset}>{t('error.retry')}</Button>}
    />
  );
}
