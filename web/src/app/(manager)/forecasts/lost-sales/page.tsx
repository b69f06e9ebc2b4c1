import { LostSalesPage } from '@/features/forecasting/LostSalesPage';

export default function Page() {
  return <LostSalesPage />;
}
