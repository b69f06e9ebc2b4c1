'use client';

import { EmptyShop } from '@/features/system/EmptyShop';
import { SetupProgress } from '@/features/system/SetupProgress';
import { useStatus } from '@/features/system/useStatus';
import { ErrorState, Loading } from '@/ui/states';
import { Overview } from './Overview';

/** What a visitor sees first depends on how far the shop is. */
export function Dashboard() {
  const status = useStatus();
  if (status.data) {
    const { setup, shop } = status.data;
    if (setup.state !== 'ready') return <SetupProgress setup={setup} />;
    if (shop.mode === 'empty') return <EmptyShop />;
    return <Overview />;
  }
  if (status.error) return <ErrorState error={status.error} retry={() => void status.refetch()} />;
  return <Loading className="h-96" />;
}
