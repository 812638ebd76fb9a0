import type { TypeNode } from '../ast/expression.ts';
import type { Cursor } from './cursor.ts';

/** `INT64`, `STRING(10)`, `ARRAY<...>`, `STRUCT<a INT64, STRING>`, `RANGE<DATE>`. */
export function parseType(cursor: Cursor): TypeNode {
  const { start } = cursor.peek();
  if (cursor.accept('ARRAY')) {
    cursor.expect('<');
    const element = parseType(cursor);
    cursor.closeAngle();
    return { kind: 'array', element, ...cursor.spanFrom(start) };
  }
  if (cursor.is('RANGE') && cursor.peek(1).key === '<') {
    cursor.expect('RANGE', '<');
    const element = parseType(cursor);
    cursor.closeAngle();
    return { kind: 'range', element, ...cursor.spanFrom(start) };
  }
  if (cursor.accept('STRUCT')) {
    cursor.expect('<');
    const fields = cursor.is('>') ? [] : cursor.list(() => parseField(cursor));
    cursor.closeAngle();
    return { kind: 'struct', fields, ...cursor.spanFrom(start) };
  }
  // INTERVAL is a reserved word and a type.
  const name = cursor.is('INTERVAL') ? cursor.next().value : cursor.name('type').name;
  const parameters = cursor.accept('(') ? cursor.list(() => parseTypeParameter(cursor)) : [];
  if (parameters.length > 0) cursor.expect(')');
  return { kind: 'simple', name: name.toUpperCase(), parameters, ...cursor.spanFrom(start) };
}

function parseField(cursor: Cursor) {
  const after = cursor.peek(1);
  const named = cursor.isName() && (after.kind === 'word' || after.kind === 'quoted') && after.key !== 'NOT';
  if (!named) return { type: parseType(cursor) };
  const name = cursor.name();
  return { name, type: parseType(cursor) };
}

function parseTypeParameter(cursor: Cursor): number {
  const token = cursor.peek();
  if (token.kind !== 'integer') throw cursor.unexpected('integer');
  cursor.next();
  return Number(token.value);
}
