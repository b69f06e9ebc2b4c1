'use client';

import type { ReactNode } from 'react';
import { PlainFrame } from '@/shell/PlainFrame';

/** The card that pages before signing in stand on. */
export function Door({ children }: { children: ReactNode }) {
  return (
    <PlainFrame>
      <div className="mx-auto mt-[8vh] w-full max-w-sm rounded-card border border-line bg-surface p-6 shadow-card">
        {children}
      </div>
    </PlainFrame>
  );
}
