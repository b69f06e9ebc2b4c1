import { SettingsPage } from '@/features/system/SettingsPage';

export default function Page() {
  return <SettingsPage />;
}
