import { PreviewPage } from '@/features/recommendations/PreviewPage';

export default function Page() {
  return <PreviewPage />;
}
