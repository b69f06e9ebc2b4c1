'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { sessionStore } from '@/api/session';
import { homeOf, safeNext } from '@/shell/url';
import { useStore } from '@/ui/store';
import { ChangePasswordForm } from './ChangePasswordForm';
import { Door } from './Door';
import { CodeForm, LoginForm } from './LoginForm';

export function LoginPage() {
  const session = useStore(sessionStore);
  const router = useRouter();
  const asked = useSearchParams();
  const next = safeNext(asked.get('next'));
  // Kept only until it has been exchanged for the user's own.
  const [oneTime, setOneTime] = useState<string | null>(null);
  const [known, setKnown] = useState<{ email: string; password: string } | null>(null);
  const through = session.phase === 'in' && !session.mustChangePassword;
  const role = session.phase === 'in' ? session.user.role : null;
  useEffect(() => {
    if (through && role) router.replace(homeOf(role, next));
  }, [through, role, next, router]);
  const forced = session.phase === 'in' && session.mustChangePassword;
  return (
    <Door>
      {forced && <ChangePasswordForm oneTime={oneTime} email={session.user.email} />}
      {!forced && known && <CodeForm known={known} onBack={() => setKnown(null)} />}
      {!forced && !known && (
        <LoginForm
          onSignedIn={setOneTime}
          onCode={setKnown}
          waiting={through}
          refused={asked.get('refused')}
        />
      )}
    </Door>
  );
}
