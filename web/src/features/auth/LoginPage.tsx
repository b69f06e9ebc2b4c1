'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { sessionStore } from '@/api/session';
import { PlainFrame } from '@/shell/PlainFrame';
import { safeNext } from '@/shell/url';
import { useStore } from '@/ui/store';
import { ChangePasswordForm } from './ChangePasswordForm';
import { LoginForm } from './LoginForm';

export function LoginPage() {
  const session = useStore(sessionStore);
  const router = useRouter();
  const next = safeNext(useSearchParams().get('next'));
  // Kept only until it has been exchanged for the user's own.
  const [oneTime, setOneTime] = useState<string | null>(null);
  const through = session.phase === 'in' && !session.mustChangePassword;
  useEffect(() => {
    if (through) router.replace(next);
  }, [through, next, router]);
  return (
    <PlainFrame>
      <div className="mx-auto mt-[8vh] w-full max-w-sm rounded-card border border-line bg-surface p-6 shadow-card">
        {session.phase === 'in' && session.mustChangePassword ? (
          <ChangePasswordForm oneTime={oneTime} email={session.user.email} />
        ) : (
          <LoginForm onSignedIn={setOneTime} waiting={through} />
        )}
      </div>
    </PlainFrame>
  );
}
