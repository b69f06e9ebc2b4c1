import { ConfirmEmailPage } from '@/features/auth/ConfirmEmailPage';

export default function Page() {
  return <ConfirmEmailPage />;
}
