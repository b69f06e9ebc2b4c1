import { ShoppingPage } from '@/features/portal/ShoppingPage';

export default function Page() {
  return <ShoppingPage />;
}
