import { ForgotPage } from '@/features/auth/ForgotPage';

export default function Page() {
  return <ForgotPage />;
}
