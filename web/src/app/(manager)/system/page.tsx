import { HealthPage } from '@/features/system/HealthPage';

export default function Page() {
  return <HealthPage />;
}
