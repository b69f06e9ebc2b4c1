import { ProductList } from '@/features/products/ProductList';

export default function Page() {
  return <ProductList />;
}
