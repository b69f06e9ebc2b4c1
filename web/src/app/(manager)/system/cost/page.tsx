import { CostPage } from '@/features/system/CostPage';

export default function Page() {
  return <CostPage />;
}
