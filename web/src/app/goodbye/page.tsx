import { GoodbyePage } from '@/features/portal/GoodbyePage';

export default function Page() {
  return <GoodbyePage />;
}
