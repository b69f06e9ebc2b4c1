'use client';

import { useId } from 'react';

interface Props {
  label: string;
  hint?: string;
  /** Endings and types that the browser offers first. */
  accept: string;
  onPick: (file: File) => void;
}

/** The browser's own choice of a file, which takes a dropped one too. */
export function FileField({ label, hint, accept, onPick }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={hint && `${id}-hint`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onPick(file);
        }}
        className="w-full rounded-control border border-line-strong bg-surface px-1 py-0.75 text-sm file:me-3 file:min-h-8 file:cursor-pointer file:rounded-control file:border-0 file:bg-accent-soft file:px-3 file:font-medium file:text-accent-strong"
      />
      {hint && (
        <p id={`${id}-hint`} className="text-ink-2 text-sm">
          {hint}
        </p>
      )}
    </div>
  );
}
