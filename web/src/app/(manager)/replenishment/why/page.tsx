import { WhyPage } from '@/features/purchasing/WhyPage';

export default function Page() {
  return <WhyPage />;
}
