import Link from 'next/link';
import type { ComponentProps } from 'react';
import { buttonClass } from './Button';

interface Props extends Omit<ComponentProps<typeof Link>, 'className'> {
  kind?: 'primary' | 'plain';
  small?: boolean;
}

/** A way to another page on which something begins: looks like the button that others have there. */
export function ButtonLink({ kind = 'primary', small = false, ...rest }: Props) {
  return <Link prefetch={false} className={buttonClass(kind, small)} {...rest} />;
}
