import { AuditPage } from '@/features/system/AuditPage';

export default function Page() {
  return <AuditPage />;
}
