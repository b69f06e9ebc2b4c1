import { PrivacyPage } from '@/features/portal/PrivacyPage';

export default function Page() {
  return <PrivacyPage />;
}
