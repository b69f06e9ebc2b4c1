import { NewExperimentPage } from '@/features/experiments/NewExperimentPage';

export default function Page() {
  return <NewExperimentPage />;
}
