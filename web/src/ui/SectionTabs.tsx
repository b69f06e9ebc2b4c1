'use client';

import { useEffect, useRef } from 'react';
import { AppLink } from './AppLink';

interface Props {
  label: string;
  here: string;
  items: ReadonlyArray<{ href: string; label: string }>;
}

/** The pages of one section side by side; a phone scrolls them sideways. */
export function SectionTabs({ label, here, items }: Props) {
  const row = useRef<HTMLElement>(null);
  const known = items.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: more of them move the one shown
  useEffect(() => {
    row.current?.querySelector('[aria-current]')?.scrollIntoView({
      block: 'nearest',
      inline: 'center',
    });
  }, [here, known]);
  return (
    <nav ref={row} aria-label={label} className="mb-4 overflow-x-auto border-line border-b">
      <ul className="flex gap-1">
        {items.map((item) => (
          <li key={item.href}>
            <AppLink
              href={item.href}
              aria-current={item.href === here ? 'page' : undefined}
              className={`block whitespace-nowrap border-b-2 px-3 py-2 font-medium text-sm hover:no-underline ${item.href === here ? 'border-accent' : 'border-transparent text-ink-2 hover:text-ink'}`}
            >
              {item.label}
            </AppLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
