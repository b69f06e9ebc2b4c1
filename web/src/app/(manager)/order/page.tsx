import { OrderPage } from '@/features/orders/OrderPage';

export default function Page() {
  return <OrderPage />;
}
