import { ProductPage } from '@/features/products/ProductPage';

export default function Page() {
  return <ProductPage />;
}
