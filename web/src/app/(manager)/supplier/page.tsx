import { SupplierPage } from '@/features/suppliers/SupplierPage';

export default function Page() {
  return <SupplierPage />;
}
