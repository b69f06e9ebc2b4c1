import { ParentPage } from '@/features/products/ParentPage';

export default function Page() {
  return <ParentPage />;
}
