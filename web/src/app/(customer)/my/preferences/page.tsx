import { PreferencesPage } from '@/features/portal/PreferencesPage';

export default function Page() {
  return <PreferencesPage />;
}
