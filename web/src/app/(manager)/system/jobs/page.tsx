import { JobsPage } from '@/features/system/JobsPage';

export default function Page() {
  return <JobsPage />;
}
