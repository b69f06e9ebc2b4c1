import { ModelsPage } from '@/features/models/ModelsPage';

export default function Page() {
  return <ModelsPage />;
}
