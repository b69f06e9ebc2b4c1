import { ForYouPage } from '@/features/portal/ForYouPage';

export default function Page() {
  return <ForYouPage />;
}
