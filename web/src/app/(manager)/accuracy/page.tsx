import { AccuracyPage } from '@/features/forecasting/AccuracyPage';

export default function Page() {
  return <AccuracyPage />;
}
