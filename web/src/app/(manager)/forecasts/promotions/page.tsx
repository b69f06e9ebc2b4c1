import { PromotionsPage } from '@/features/forecasting/PromotionsPage';

export default function Page() {
  return <PromotionsPage />;
}
