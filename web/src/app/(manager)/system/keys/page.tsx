import { KeysPage } from '@/features/system/KeysPage';

export default function Page() {
  return <KeysPage />;
}
