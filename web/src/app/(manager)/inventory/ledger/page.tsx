import { LedgerPage } from '@/features/inventory/LedgerPage';

export default function Page() {
  return <LedgerPage />;
}
