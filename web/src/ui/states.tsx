import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { useWords } from '@/i18n/locale';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';
import { Hold } from './InOrder';

/** Holds the place of something that loads, so that nothing jumps when it comes. */
export function Skeleton({ className = 'h-4 w-full' }: { className?: string }) {
  return <div aria-hidden="true" className={`skeleton ${className}`} />;
}

export function Loading({ className = 'h-40' }: { className?: string }) {
  const { t } = useWords();
  return (
    <div role="status">
      <Hold />
      <span className="sr-only">{t('app.loading')}</span>
      <Skeleton className={className} />
    </div>
  );
}

interface StateProps {
  title: string;
  text?: string;
  icon?: IconName;
  action?: ReactNode;
}

export function EmptyState({ title, text, icon = 'empty', action }: StateProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-7 text-center">
      <span className="grid size-10 place-items-center rounded-full bg-surface-3 text-ink-2">
        <Icon name={icon} />
      </span>
      <p className="font-medium">{title}</p>
      {text && <p className="max-w-prose text-ink-2 text-sm">{text}</p>}
      {action}
    </div>
  );
}

/** What an error means for the reader: the API's own words, or what to do without an answer. */
export function useReason(): (error: unknown) => string {
  const { t } = useWords();
  return (error) => {
    if (!(error instanceof ApiError)) return t('error.unexpected', { status: '–' });
    if (error.status === 0) return t('error.network');
    if (error.detail) return error.detail;
    return t('error.unexpected', { status: String(error.status) });
  };
}

export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords();
  const reason = useReason();
  return (
    <div role="alert">
      <EmptyState
        icon="warning"
        title={t('error.title')}
        text={reason(error)}
        action={retry && <Button onClick={retry}>{t('error.retry')}</Button>}
      />
    </div>
  );
}
