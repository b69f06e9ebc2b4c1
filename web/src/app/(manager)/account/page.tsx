import { AccountPage } from '@/features/auth/AccountPage';

export default function Page() {
  return <AccountPage />;
}
