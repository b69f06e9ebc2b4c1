import { ReplenishmentPage } from '@/features/purchasing/ReplenishmentPage';

export default function Page() {
  return <ReplenishmentPage />;
}
