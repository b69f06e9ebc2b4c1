import { CustomerPage } from '@/features/customers/CustomerPage';

export default function Page() {
  return <CustomerPage />;
}
