import { InvitationPage } from '@/features/auth/InvitationPage';

export default function Page() {
  return <InvitationPage />;
}
