'use client';

import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/problem';
import type { MessageKey } from '@/i18n/en';
import { useWords } from '@/i18n/locale';

export type FieldKeys = Readonly<Record<string, MessageKey>>;

/** One submission at a time; our own findings first, then the API's reasons. */
export function useForm(
  check: (values: FormData) => FieldKeys,
  send: (values: FormData) => Promise<void>,
) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<FieldKeys>({});
  const [error, setError] = useState<unknown>(null);
  const [atField, setAtField] = useState(false);

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
      const field =
        cause instanceof ApiError ? cause.fields.find((name) => controlOf(form, name)) : undefined;
      setError(cause);
      setAtField(field !== undefined);
      if (field) focus(form, field);
    } finally {
      setBusy(false);
    }
  }

  const reason = (field: string) =>
    error instanceof ApiError ? error.reasonFor(field) : undefined;
  const message = (field: string) => (found[field] ? t(found[field]) : reason(field));
  /** What stands beside no field. */
  const general = atField ? null : error;
  return { busy, general, onSubmit, message };
}

/** The control of that name, or the first of several. */
function controlOf(form: HTMLFormElement, name: string): HTMLElement | null {
  const found = form.elements.namedItem(name);
  const control = found instanceof RadioNodeList ? found[0] : found;
  return control instanceof HTMLElement ? control : null;
}

function focus(form: HTMLFormElement, name: string): void {
  controlOf(form, name)?.focus();
}
