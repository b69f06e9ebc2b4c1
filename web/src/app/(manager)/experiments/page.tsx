import { ExperimentsPage } from '@/features/experiments/ExperimentsPage';

export default function Page() {
  return <ExperimentsPage />;
}
