/** What the API says of how a file would be read; it describes this as an object of any form. */
export interface Plan {
  readonly file: string;
  readonly layout: string;
  readonly title: string;
  readonly kind: string;
  readonly mapping: ReadonlyArray<{
    readonly field: string;
    readonly column: string;
    readonly confidence: number;
    readonly how: string;
  }>;
  readonly columns: readonly string[];
  readonly fields: ReadonlyArray<{
    readonly field: string;
    readonly title: string;
    readonly required: boolean;
  }>;
  readonly missing: readonly string[];
  readonly unmapped: readonly string[];
  readonly warnings: readonly string[];
  readonly sample: ReadonlyArray<Readonly<Record<string, string>>>;
}

export const KINDS = [
  'orders',
  'products',
  'customers',
  'stock',
  'sales',
  'stock_days',
  'promotions',
] as const;
export type Kind = '' | (typeof KINDS)[number];

/** What was chosen for a file. `mapping` names a column for a field, or nothing to leave it out. */
export interface Choice {
  readonly layout: string;
  readonly mapping: Readonly<Record<string, string>>;
}

/** As the API takes it. */
export function asked({ layout, mapping }: Choice) {
  const map = Object.entries(mapping).map(([field, column]) => `${field}=${column}`);
  return { ...(layout && { layout }), ...(map.length > 0 && { map }) };
}

export interface Row {
  readonly field: string;
  readonly title: string;
  readonly required: boolean;
  readonly column: string;
  readonly how: string;
  /** A guess from the name or the values, which somebody should look at. */
  readonly unsure: boolean;
  readonly example: string;
}

/** Fields in use or in need first, in the layout's order; the rest may be given a column. */
export function rowsOf(plan: Plan): { used: Row[]; rest: Row[] } {
  const found = new Map(plan.mapping.map((each) => [each.field, each]));
  const rows = plan.fields.map(({ field, title, required }) => {
    const mapped = found.get(field);
    return {
      field,
      title,
      required: required || plan.missing.includes(field),
      column: mapped?.column ?? '',
      how: mapped?.how ?? '',
      unsure: mapped !== undefined && mapped.confidence < 1,
      example: plan.sample[0]?.[field] ?? '',
    };
  });
  const used = (row: Row) => row.column !== '' || row.required;
  return { used: rows.filter(used), rest: rows.filter((row) => !used(row)) };
}

const BEGINNING = 1_000_000;
/** What one request to every kind of server may carry. */
export const IN_ONE = 4_000_000;
const LINES = /\.(csv|tsv|txt|jsonl|ndjson)$/i;
const NEW_LINE = 10;

/** So much of a file as is needed to see how it is to be read; nothing where that is too much. */
export async function beginningOf(file: File): Promise<Blob | null> {
  if (file.size <= BEGINNING) return file;
  if (!LINES.test(file.name)) return file.size <= IN_ONE ? file : null;
  const bytes = new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer());
  const end = bytes.lastIndexOf(NEW_LINE);
  return new Blob([bytes.subarray(0, end > 0 ? end + 1 : bytes.length)]);
}
