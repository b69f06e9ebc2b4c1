import { OverridesPage } from '@/features/forecasting/OverridesPage';

export default function Page() {
  return <OverridesPage />;
}
