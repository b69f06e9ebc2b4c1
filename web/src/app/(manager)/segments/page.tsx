import { SegmentsPage } from '@/features/segments/SegmentsPage';

export default function Page() {
  return <SegmentsPage />;
}
