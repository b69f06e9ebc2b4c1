import { CountPage } from '@/features/inventory/CountPage';

export default function Page() {
  return <CountPage />;
}
