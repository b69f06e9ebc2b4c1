'use client';

import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** The browser's own modal: it holds the focus, closes on Escape and gives the focus back. */
export function Dialog({ title, open, onClose, children }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next painting: its words leave together with it.
  useLayoutEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className="m-auto w-[calc(100vw-24px)] max-w-lg rounded-card border border-line bg-surface p-5 text-ink shadow-float backdrop:bg-page/70"
    >
      {open && (
        <div className="grid gap-4">
          <h2 id={id} className="font-semibold text-lg">
            {title}
          </h2>
          {children}
        </div>
      )}
    </dialog>
  );
}
