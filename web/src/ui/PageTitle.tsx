import type { ReactNode } from 'react';

interface Props {
  title: string;
  hidden?: boolean;
  text?: ReactNode;
  actions?: ReactNode;
}

/** The page's one h1, and the title of the tab. */
export function PageTitle({ title, hidden = false, text, actions }: Props) {
  return (
    <>
      <title>{`${title} · OMNIX AI`}</title>
      {hidden ? (
        <h1 className="sr-only">{title}</h1>
      ) : (
        <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="break-words font-semibold text-2xl tracking-tight">{title}</h1>
            {text && <div className="figures text-ink-2 text-sm">{text}</div>}
          </div>
          {actions}
        </div>
      )}
    </>
  );
}
