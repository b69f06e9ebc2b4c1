import { SuppliersPage } from '@/features/suppliers/SuppliersPage';

export default function Page() {
  return <SuppliersPage />;
}
