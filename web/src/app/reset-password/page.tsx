import { ResetPage } from '@/features/auth/ResetPage';

export default function Page() {
  return <ResetPage />;
}
