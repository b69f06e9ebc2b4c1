import type { ReactNode } from 'react';
import { Icon } from './Icon';

/** More on demand, in place. */
export function Disclosure({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="group">
      <summary className="inline-flex list-none items-center gap-1 rounded-control font-medium text-accent-strong text-sm [&::-webkit-details-marker]:hidden">
        <span className="transition-transform group-open:rotate-90 rtl:-scale-x-100 rtl:group-open:rotate-90">
          <Icon name="next" size={14} />
        </span>
        {summary}
      </summary>
      <div className="pt-2 ps-5">{children}</div>
    </details>
  );
}
