import { ConfirmPage } from '@/features/auth/ConfirmPage';

export default function Page() {
  return <ConfirmPage />;
}
