'use client';

import { type ReactNode, useId, useRef } from 'react';

interface Props {
  label: string;
  trigger: ReactNode;
  triggerClass?: string;
  wide?: boolean;
  children: ReactNode;
}

const GAP = 6;

function place(panel: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const wanted = document.documentElement.dir === 'rtl' ? at.left : at.right - width;
  const x = Math.min(Math.max(wanted, GAP), innerWidth - width - GAP);
  const below = at.bottom + GAP;
  const y = below + height > innerHeight - GAP ? Math.max(at.top - height - GAP, GAP) : below;
  panel.style.left = `${x}px`;
  panel.style.top = `${y}px`;
}

/** A panel beside its button. The browser closes it on Escape or a click outside. */
export function Popover({ label, trigger, triggerClass = '', wide = false, children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={label}
        popoverTarget={id}
        className={`rounded-control ${triggerClass}`}
      >
        {trigger}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        onToggle={(event) => {
          if (event.newState === 'open' && panel.current && button.current) {
            place(panel.current, button.current);
          }
        }}
        className={`fixed inset-auto m-0 max-w-[calc(100vw-12px)] rounded-card border border-line bg-surface p-4 text-ink text-sm shadow-float ${wide ? 'w-72' : 'w-64'}`}
      >
        {children}
      </div>
    </>
  );
}
