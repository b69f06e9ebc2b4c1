import { ActionsPage } from '@/features/recommendations/ActionsPage';

export default function Page() {
  return <ActionsPage />;
}
