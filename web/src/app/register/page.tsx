import { RegisterPage } from '@/features/auth/RegisterPage';

export default function Page() {
  return <RegisterPage />;
}
