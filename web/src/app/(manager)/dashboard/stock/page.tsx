import { StockOverTimePage } from '@/features/dashboard/StockOverTimePage';

export default function Page() {
  return <StockOverTimePage />;
}
