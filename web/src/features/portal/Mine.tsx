'use client';

import type { ReactNode } from 'react';
import { useProfile } from '@/features/auth/useAccount';
import { useWords } from '@/i18n/locale';
import { EmptyState, ErrorState, Loading } from '@/ui/states';

/** Gives its children the id of the customer that the reader is; tells who is none yet. */
export function Mine({ children }: { children(customerId: string): ReactNode }) {
  const { t } = useWords();
  const { data, error, refetch } = useProfile();
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-64" />;
  if (!data.customer_id) {
    return <EmptyState icon="person" title={t('my.unknown')} text={t('my.unknown.text')} />;
  }
  return children(data.customer_id);
}
