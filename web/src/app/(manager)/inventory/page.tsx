import { InventoryPage } from '@/features/inventory/InventoryPage';

export default function Page() {
  return <InventoryPage />;
}
