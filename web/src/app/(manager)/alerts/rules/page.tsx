import { RulesPage } from '@/features/alerts/RulesPage';

export default function Page() {
  return <RulesPage />;
}
