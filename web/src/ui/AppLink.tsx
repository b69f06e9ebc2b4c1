import Link from 'next/link';
import type { ComponentProps } from 'react';

export function AppLink({ className = '', ...rest }: ComponentProps<typeof Link>) {
  return (
    <Link
      prefetch={false}
      className={`text-accent-strong underline-offset-2 hover:underline ${className}`}
      {...rest}
    />
  );
}
