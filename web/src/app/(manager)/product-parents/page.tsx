import { ParentsPage } from '@/features/products/ParentsPage';

export default function Page() {
  return <ParentsPage />;
}
