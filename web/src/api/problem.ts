export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

/** A refusal by the API (RFC 9457), or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[];
  /** What sort of refusal it is, such as `second-factor-required`. */
  readonly kind: string | undefined;

  constructor(
    status: number,
    title: string,
    detail?: string,
    errors: readonly FieldError[] = [],
    kind?: string,
  ) {
    super(detail ?? title);
    this.name = 'ApiError';
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.kind = kind;
  }

  /** The last parts of the refused fields' paths, in the API's order. */
  get fields(): string[] {
    return this.errors.map((error) => lastPart(error.field));
  }

  /** Reasons by the last part of the field's path: `body.email` finds `email`, `a.to[2]` finds `to`. */
  reasonFor(field: string): string | undefined {
    return this.errors.find((error) => lastPart(error.field) === field)?.reason;
  }
}

function lastPart(field: string): string {
  const last = field.split(/[./]/).at(-1) ?? field;
  return last.replace(/\[\d+\]$/, '');
}

/** The reason for what a part of a field's path names, such as `note` or `lines[2]`. */
export function reasonAt(error: unknown, part: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.errors.find(({ field }) => field.split(/[./]/).includes(part))?.reason;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads whatever an error response held; a proxy's HTML page is as possible as our own JSON. */
export function toApiError(status: number, body: unknown): ApiError {
  if (!isRecord(body)) return new ApiError(status, `HTTP ${status}`);
  const errors = Array.isArray(body.errors)
    ? body.errors.filter(isRecord).map((error) => ({
        field: text(error.field) ?? '',
        reason: text(error.reason) ?? '',
      }))
    : [];
  const kind = text(body.type)?.split('/').at(-1);
  return new ApiError(
    status,
    text(body.title) ?? `HTTP ${status}`,
    text(body.detail),
    errors,
    kind,
  );
}

/** Worth asking again: no answer, too busy, or the server's own failure. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500)
  );
}
