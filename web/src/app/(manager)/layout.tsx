import type { ReactNode } from 'react';
import { AppShell } from '@/shell/AppShell';

export default function ManagerLayout({ children }: { children: ReactNode }) {
  return <AppShell>{children}</AppShell>;
}
