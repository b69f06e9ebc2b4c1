import { CustomersPage } from '@/features/customers/CustomersPage';

export default function Page() {
  return <CustomersPage />;
}
