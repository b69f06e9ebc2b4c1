/** Server-sent events out of pieces of text, as they come over the wire. */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Whole events of `text`, and what is left until more comes. */
export function taken(text: string): { events: ServerEvent[]; rest: string } {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.map((block) => {
    const lines = block.split('\n');
    const of = (name: string) =>
      lines
        .filter((line) => line.startsWith(`${name}: `))
        .map((line) => line.slice(name.length + 2))
        .join('\n');
    return { event: of('event'), data: of('data') };
  });
  return { events, rest };
}

export interface Cited {
  readonly text: string;
  /** The citation that the text is, or null for what stands between. */
  readonly at: number | null;
}

/** `text` cut where citations begin and end; places are counted in characters, not in UTF-16. */
export function cut(
  text: string,
  citations: ReadonlyArray<{ readonly start: number; readonly end: number }>,
): Cited[] {
  const characters = Array.from(text);
  const parts: Cited[] = [];
  let from = 0;
  const put = (start: number, end: number, at: number | null) => {
    if (end > start) parts.push({ text: characters.slice(start, end).join(''), at });
  };
  citations.forEach(({ start, end }, at) => {
    if (start < from) return;
    put(from, start, null);
    put(start, end, at);
    from = end;
  });
  put(from, characters.length, null);
  return parts;
}
