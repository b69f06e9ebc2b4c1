import { ChangesPage } from '@/features/dashboard/ChangesPage';

export default function Page() {
  return <ChangesPage />;
}
