import { PairsPage } from '@/features/customers/PairsPage';

export default function Page() {
  return <PairsPage />;
}
