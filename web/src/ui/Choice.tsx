import { type ComponentProps, useId } from 'react';

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

/** A small whole number inside a row, and why it was refused. */
export function QuantityField({
  label,
  error,
  ...input
}: Omit<Props, 'bare'> & { error?: string | undefined }) {
  const id = useId();
  return (
    <span className="inline-grid justify-items-end gap-1">
      <input
        type="number"
        inputMode="numeric"
        step={1}
        aria-label={label}
        aria-describedby={error && id}
        className="figures min-h-8 w-20 rounded-control border border-line-strong bg-surface px-2 text-end text-ink aria-invalid:border-bad"
        {...input}
        aria-invalid={error ? true : input['aria-invalid']}
      />
      {error && (
        <span id={id} dir="auto" className="max-w-48 whitespace-normal text-bad text-xs">
          {error}
        </span>
      )}
    </span>
  );
}
