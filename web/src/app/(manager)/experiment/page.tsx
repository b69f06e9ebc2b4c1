import { ExperimentPage } from '@/features/experiments/ExperimentPage';

export default function Page() {
  return <ExperimentPage />;
}
