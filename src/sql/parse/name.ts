import type { Name } from '../ast/expression.ts';
import type { Cursor } from './cursor.ts';

/**
 * The name of a table, view or routine. A project may have dashes and begin no quotes
 * (`rj-escritorio.adm.chamado`), which the lexer, not knowing where it is, has cut to pieces; such a
 * path is read from the text again.
 */
export function parseObjectName(cursor: Cursor): Name[] {
  const first = cursor.peek();
  const dash = cursor.peek(1);
  if (first.kind === 'word' && dash.key === '-' && dash.start === first.end && cursor.peek(2).start === dash.end) {
    return parseDashedName(cursor);
  }
  const parts = [cursor.name('table name')];
  while (cursor.accept('.')) parts.push(cursor.nameAfterDot());
  return parts;
}

const PART = /[A-Za-z0-9_][A-Za-z0-9_-]*|`[^`\n]+`/y;

function parseDashedName(cursor: Cursor): Name[] {
  const { text } = cursor.source;
  const parts: Name[] = [];
  let at = cursor.peek().start;
  for (;;) {
    PART.lastIndex = at;
    const found = PART.exec(text)?.[0];
    if (found === undefined) throw cursor.unexpected('identifier');
    const end = at + found.length;
    parts.push({ name: found.startsWith('`') ? found.slice(1, -1) : found, start: at, end });
    at = end;
    if (text.charAt(at) !== '.') break;
    at++;
  }
  while (cursor.peek().start < at && cursor.peek().kind !== 'end') cursor.next();
  return parts;
}
