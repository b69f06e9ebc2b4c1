import { SoldProductsPage } from '@/features/dashboard/SoldProductsPage';

export default function Page() {
  return <SoldProductsPage />;
}
