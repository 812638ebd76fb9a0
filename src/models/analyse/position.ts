/** A tag of Jinja, whole; what stands between two of them reaches the query as it is, if it does. */
const TAG = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;

/** Too short to be found again for sure. */
const SHORTEST = 3;

/**
 * Where in the text of a model a place of its compiled query comes from: exactly, where the text stands there as it is
 * written; the tag that made it otherwise. Offsets in characters.
 */
export function originIn(raw: string, compiled: string): (offset: number) => number {
  /** Pieces found again, in order. */
  const anchors: { readonly from: number; readonly to: number; readonly length: number }[] = [];
  let before = 0;
  let found = 0;
  const anchor = (from: number, end: number) => {
    const piece = raw.slice(from, end).trim();
    if (piece.length < SHORTEST) return;
    const at = compiled.indexOf(piece, found);
    // A branch that was not taken.
    if (at < 0) return;
    anchors.push({ from: from + raw.slice(from, end).indexOf(piece), to: at, length: piece.length });
    found = at + piece.length;
  };
  for (const tag of raw.matchAll(TAG)) {
    anchor(before, tag.index);
    before = tag.index + tag[0].length;
  }
  anchor(before, raw.length);
  return (offset) => {
    const last = anchors.findLast(({ to }) => to <= offset);
    if (last === undefined) return 0;
    if (offset < last.to + last.length) return last.from + offset - last.to;
    // Made by what follows the piece.
    const tag = raw.indexOf('{', last.from + last.length);
    return tag < 0 ? last.from + last.length : tag;
  };
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export function offsetOf(text: string, { line, column }: Place): number {
  let at = 0;
  for (let row = 1; row < line; row++) {
    const next = text.indexOf('\n', at);
    if (next < 0) break;
    at = next + 1;
  }
  return at + column - 1;
}

export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}
