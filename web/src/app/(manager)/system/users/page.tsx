import { UsersPage } from '@/features/system/UsersPage';

export default function Page() {
  return <UsersPage />;
}
