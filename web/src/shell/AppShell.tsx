'use client';

import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';
import { ApiError } from '@/api/problem';
import { restore, sessionStore } from '@/api/session';
import { usePermissionsAsked } from '@/features/auth/usePermissions';
import { ConnectionBanner } from '@/features/realtime/ConnectionBanner';
import { useLiveConnection } from '@/features/realtime/useLive';
import { ErrorState } from '@/ui/states';
import { useStore } from '@/ui/store';
import { NavRail } from './NavRail';
import { SkipLink } from './SkipLink';
import { Splash } from './Splash';
import { TopBar } from './TopBar';
import { CUSTOMER_HOME } from './url';

/**
 * Sends whoever is not signed in to the door, and remembers where they wanted to go. Customers
 * and staff have pages of their own, and are shown to those.
 */
function useGuard(side: 'staff' | 'customer') {
  const session = useStore(sessionStore);
  const router = useRouter();
  const pathname = usePathname();
  const shut = session.phase === 'out' || (session.phase === 'in' && session.mustChangePassword);
  useEffect(() => {
    if (!shut) return;
    const next = encodeURIComponent(pathname + location.search);
    router.replace(next === '%2F' ? '/login/' : `/login/?next=${next}`);
  }, [shut, pathname, router]);
  const strange =
    session.phase === 'in' && (session.user.role === 'customer') !== (side === 'customer');
  useEffect(() => {
    if (strange && !shut) router.replace(side === 'staff' ? CUSTOMER_HOME : '/');
  }, [strange, shut, side, router]);
  return shut || strange ? { phase: 'out' as const } : session;
}

function Frame({ children }: { children: ReactNode }) {
  useLiveConnection();
  const asked = usePermissionsAsked();
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <SkipLink />
      <NavRail />
      <div className="flex min-w-0 flex-1 flex-col pb-16 md:pb-0">
        <TopBar />
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full max-w-7xl flex-1 px-3 pt-4 pb-8 outline-none sm:px-6"
        >
          <ConnectionBanner />
          {/* Loads meanwhile, but is shown once: what one may not do is left out of it. */}
          <div hidden={asked}>{children}</div>
        </main>
      </div>
    </div>
  );
}

interface Sided {
  side: 'staff' | 'customer';
  children: ReactNode;
}

/** Shows `children` to whom they are for, and to others the way. */
export function Guarded({ side, children }: Sided) {
  const session = useGuard(side);
  if (session.phase === 'unreachable') {
    return (
      <main className="grid min-h-dvh place-items-center">
        <ErrorState error={new ApiError(0, 'no answer')} retry={() => void restore()} />
      </main>
    );
  }
  if (session.phase !== 'in') return <Splash />;
  return children;
}

export function AppShell({ children }: { children: ReactNode }) {
  return (
    <Guarded side="staff">
      <Frame>{children}</Frame>
    </Guarded>
  );
}
