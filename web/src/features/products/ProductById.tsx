'use client';

import { Hold } from '@/ui/InOrder';
import { ProductName } from './ProductName';
import { useProduct } from './useProduct';

/** A product that a list names only by its id; the id stands until its name is known. */
export function ProductById({ id }: { id: string }) {
  const { data, error } = useProduct(id);
  return (
    <>
      {!data && !error && <Hold />}
      <ProductName id={id} name={data?.name ?? id} sku={data?.sku ?? '\u00a0'} held={!data} />
    </>
  );
}
