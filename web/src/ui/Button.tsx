import type { ComponentProps } from 'react';
import { Icon, type IconName } from './Icon';

type Kind = 'primary' | 'plain' | 'quiet';

const KINDS: Record<Kind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  plain: 'border border-line-strong bg-surface text-ink hover:bg-surface-3',
  quiet: 'text-accent-strong hover:bg-surface-3',
};

/** How a button of the kind looks, for links that look like one. */
export function buttonClass(kind: Kind, small: boolean): string {
  const size = small ? 'min-h-8 px-2.5 text-sm' : 'min-h-10 px-4';
  return `inline-flex items-center justify-center gap-2 rounded-control font-medium transition-colors disabled:cursor-default disabled:opacity-55 ${size} ${KINDS[kind]}`;
}

interface Props extends ComponentProps<'button'> {
  kind?: Kind;
  icon?: IconName;
  flipIcon?: boolean;
  small?: boolean;
  busy?: boolean;
}

export function Button({
  kind = 'plain',
  icon,
  flipIcon = false,
  small = false,
  busy = false,
  className = '',
  children,
  disabled,
  type = 'button',
  ...rest
}: Props) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass(kind, small)} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} flip={flipIcon} size={small ? 16 : 18} />}
      {children}
    </button>
  );
}
