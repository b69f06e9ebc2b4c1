'use client';

import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/problem';
import type { MessageKey } from '@/i18n/en';

export type FieldKeys = Readonly<Record<string, MessageKey>>;

/** One submission at a time; our own findings first, then the API's reasons. */
export function useForm(
  check: (values: FormData) => FieldKeys,
  send: (values: FormData) => Promise<void>,
) {
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<FieldKeys>({});
  const [error, setError] = useState<unknown>(null);

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const findings = check(values);
    setFound(findings);
    setError(null);
    const first = Object.keys(findings)[0];
    if (first) {
      focus(form, first);
      return;
    }
    setBusy(true);
    try {
      await send(values);
    } catch (cause) {
      setError(cause);
      const field = cause instanceof ApiError ? cause.errors[0]?.field.split(/[./]/).at(-1) : null;
      if (field) focus(form, field);
    } finally {
      setBusy(false);
    }
  }

  const reason = (field: string) =>
    error instanceof ApiError ? error.reasonFor(field) : undefined;
  return { busy, found, error, onSubmit, reason };
}

function focus(form: HTMLFormElement, name: string): void {
  const control = form.elements.namedItem(name);
  if (control instanceof HTMLElement) control.focus();
}
