import { ImportPage } from '@/features/imports/ImportPage';

export default function Page() {
  return <ImportPage />;
}
