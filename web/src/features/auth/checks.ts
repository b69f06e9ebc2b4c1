import type { FieldKeys } from './useForm';

export const SHORTEST = 10;

/** What is missing of the named fields. */
export function missing(values: FormData, ...fields: string[]): Record<string, FieldKeys[string]> {
  const findings: Record<string, FieldKeys[string]> = {};
  for (const field of fields) if (!values.get(field)) findings[field] = 'login.required';
  return findings;
}

/** A new password, given twice as `new_password` and `repeat`. */
export function checkTwice(values: FormData): Record<string, FieldKeys[string]> {
  const findings = missing(values, 'new_password', 'repeat');
  const length = String(values.get('new_password')).length;
  if (length > 0 && length < SHORTEST) findings.new_password = 'login.change.short';
  const differ = values.get('new_password') !== values.get('repeat');
  if (!findings.repeat && differ) findings.repeat = 'login.change.differ';
  return findings;
}
