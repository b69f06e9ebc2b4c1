'use client';

import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { Icon } from './Icon';

const BOX =
  'w-full min-h-10 rounded-control border bg-surface px-3 text-ink placeholder:text-ink-2 aria-invalid:border-bad';

interface Labelled {
  label: string;
  error?: string | undefined;
  hint?: string;
}

function Reason({ id, children }: { id: string; children: string }) {
  return (
    <p id={`${id}-error`} className="flex items-start gap-1.5 text-bad text-sm">
      <span className="mt-0.5">
        <Icon name="warning" size={16} />
      </span>
      <span dir="auto">{children}</span>
    </p>
  );
}

function Frame({
  id,
  label,
  error,
  hint,
  children,
}: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-ink-2 text-sm">
          {hint}
        </p>
      )}
      {error && <Reason id={id}>{error}</Reason>}
    </div>
  );
}

function described(
  id: string,
  { error, hint }: Pick<Labelled, 'error' | 'hint'>,
): string | undefined {
  return [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
}

type TextProps = Labelled & Omit<ComponentProps<'input'>, 'id' | 'className'>;

export function TextField({ label, error, hint, ...input }: TextProps) {
  const id = useId();
  return (
    <Frame id={id} label={label} error={error} {...(hint && { hint })}>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, { error, ...(hint && { hint }) })}
        className={`${BOX} border-line-strong`}
        {...input}
      />
    </Frame>
  );
}

export function PasswordField({
  show,
  hide,
  label,
  error,
  ...input
}: TextProps & { show: string; hide: string }) {
  const id = useId();
  const [visible, setVisible] = useState(false);
  return (
    <Frame id={id} label={label} error={error}>
      <div className="relative">
        <input
          id={id}
          type={visible ? 'text' : 'password'}
          aria-invalid={error ? true : undefined}
          aria-describedby={described(id, { error })}
          className={`${BOX} border-line-strong pe-11`}
          {...input}
        />
        <button
          type="button"
          aria-label={visible ? hide : show}
          aria-pressed={visible}
          onClick={() => setVisible(!visible)}
          className={`absolute end-1 top-1 grid size-8 place-items-center rounded-control hover:bg-surface-3 ${visible ? 'text-accent' : 'text-ink-2'}`}
        >
          <Icon name="eye" />
        </button>
      </div>
    </Frame>
  );
}

export function SearchField({ label, ...input }: Omit<TextProps, 'error' | 'hint'>) {
  const id = useId();
  return (
    <div className="relative">
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <span className="pointer-events-none absolute start-3 top-2.5 text-ink-2">
        <Icon name="search" />
      </span>
      <input id={id} type="search" className={`${BOX} border-line-strong ps-10`} {...input} />
    </div>
  );
}

interface SelectProps<V extends string> {
  label: string;
  error?: string | undefined;
  hint?: string;
  /** In a table, where the row says what it is: the label is for screen readers alone. */
  bare?: boolean;
  value: V;
  options: ReadonlyArray<{ value: V; label: string; lang?: string }>;
  onChange: (value: V) => void;
  disabled?: boolean;
}

export function SelectField<V extends string>({
  label,
  error,
  hint,
  bare = false,
  value,
  options,
  onChange,
  disabled = false,
}: SelectProps<V>) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className={bare ? 'sr-only' : 'font-medium text-sm'}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, { error, ...(hint && { hint }) })}
        onChange={(event) => onChange(event.target.value as V)}
        className="min-h-10 w-full rounded-control border border-line-strong bg-surface px-2.5 text-ink disabled:opacity-55 aria-invalid:border-bad"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} lang={option.lang}>
            {option.label}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="text-ink-2 text-sm">
          {hint}
        </p>
      )}
      {error && <Reason id={id}>{error}</Reason>}
    </div>
  );
}
