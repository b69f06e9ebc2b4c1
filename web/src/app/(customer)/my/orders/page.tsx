import { MyOrdersPage } from '@/features/portal/MyOrdersPage';

export default function Page() {
  return <MyOrdersPage />;
}
