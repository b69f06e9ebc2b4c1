import { LoginPage } from '@/features/auth/LoginPage';

export default function Page() {
  return <LoginPage />;
}
