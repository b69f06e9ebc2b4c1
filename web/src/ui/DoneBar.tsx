import type { ReactNode } from 'react';
import { Banner } from './Banner';

interface Props {
  /** What was just done; nothing while there is nothing to tell. */
  children: ReactNode;
  action?: ReactNode;
}

/** Says below a long list what was done in it, and stays in sight so that it can be taken back. */
export function DoneBar({ children, action }: Props) {
  return (
    <div role="status" className="sticky bottom-16 z-5 md:bottom-3">
      {children && (
        <div className="mt-4 rounded-card shadow-float">
          <Banner tone="good" action={action}>
            {children}
          </Banner>
        </div>
      )}
    </div>
  );
}
