import { QualityPage } from '@/features/system/QualityPage';

export default function Page() {
  return <QualityPage />;
}
