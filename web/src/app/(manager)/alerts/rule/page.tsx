import { RulePage } from '@/features/alerts/RulePage';

export default function Page() {
  return <RulePage />;
}
