import { FailedPage } from '@/features/system/FailedPage';

export default function Page() {
  return <FailedPage />;
}
