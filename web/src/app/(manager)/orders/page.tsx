import { OrdersPage } from '@/features/orders/OrdersPage';

export default function Page() {
  return <OrdersPage />;
}
