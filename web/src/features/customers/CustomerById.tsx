'use client';

import { AppLink } from '@/ui/AppLink';
import { useCustomer } from './useCustomer';

/** A customer that is named by the id alone; the id stands until the name is known. */
export function CustomerById({ id }: { id: string }) {
  const { data } = useCustomer(id);
  return (
    <AppLink href={`/customer/?id=${encodeURIComponent(id)}`} className="font-medium">
      <bdi>{data?.name ?? id}</bdi>
    </AppLink>
  );
}
