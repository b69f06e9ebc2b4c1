import type { ReactNode } from 'react';

interface Props {
  title: string;
  text?: string;
  actions?: ReactNode;
  /** Tables go to the card's edge. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A titled section of a page. */
export function Card({ title, text, actions, flush = false, className = '', children }: Props) {
  return (
    <section
      className={`min-w-0 rounded-card border border-line bg-surface shadow-card ${className}`}
    >
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 sm:px-5">
        <div className="min-w-0">
          <h2 className="font-semibold text-base">{title}</h2>
          {text && <p className="text-ink-2 text-sm">{text}</p>}
        </div>
        {actions}
      </header>
      <div className={flush ? 'pt-2 pb-1' : 'px-4 pt-3 pb-4 sm:px-5'}>{children}</div>
    </section>
  );
}
