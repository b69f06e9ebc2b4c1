import { PurchaseOrderPage } from '@/features/purchasing/PurchaseOrderPage';

export default function Page() {
  return <PurchaseOrderPage />;
}
