import type { ComponentProps } from 'react';

interface Props extends Omit<ComponentProps<'input'>, 'type' | 'className' | 'id'> {
  label: string;
  /** In a table, where the row says what it is: the label is for screen readers alone. */
  bare?: boolean;
}

export function CheckField({ label, bare = false, ...input }: Props) {
  return (
    <label className="inline-flex min-h-8 min-w-8 cursor-pointer items-center gap-2 text-sm">
      <input type="checkbox" className="size-4.5 accent-(--accent)" {...input} />
      <span className={bare ? 'sr-only' : ''}>{label}</span>
    </label>
  );
}

/** A small whole number inside a row. */
export function QuantityField({ label, ...input }: Omit<Props, 'bare'>) {
  return (
    <input
      type="number"
      inputMode="numeric"
      step={1}
      aria-label={label}
      className="figures min-h-8 w-20 rounded-control border border-line-strong bg-surface px-2 text-end text-ink aria-invalid:border-bad"
      {...input}
    />
  );
}
