import { ModelPage } from '@/features/models/ModelPage';

export default function Page() {
  return <ModelPage />;
}
