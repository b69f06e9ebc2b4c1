import { TransferPage } from '@/features/inventory/TransferPage';

export default function Page() {
  return <TransferPage />;
}
