import type { ReactNode } from 'react';
import { Icon } from './Icon';

interface Props {
  summary: string;
  /** Open from the start. */
  open?: boolean;
  children: ReactNode;
}

/** More on demand, in place. */
export function Disclosure({ summary, open = false, children }: Props) {
  return (
    <details className="group" open={open}>
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
