import { ArcosError } from '../../base/errors.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'end';
  /** A string without its quotes. */
  readonly text: string;
  /** 1-based. */
  readonly column: number;
}

const LONGEST = 2000;
const PATTERN =
  /\s+|([A-Za-z_][A-Za-z0-9_]*)|`([^`]+)`|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(<=|>=|!=|<>|[=<>(),*])/y;

/** The words of a parameter. Throws INVALID where it is no word. */
export function lex(parameter: string, text: string): Token[] {
  if (text.length > LONGEST) throw wrong(parameter, 1, `longer than ${LONGEST} characters`);
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.length) {
    const column = PATTERN.lastIndex + 1;
    const match = PATTERN.exec(text);
    if (match === null) throw wrong(parameter, column, `"${text[column - 1]}" does not belong here`);
    const [, name, quoted, number, single, double, sign] = match;
    const word = name ?? quoted;
    if (word !== undefined) tokens.push({ kind: 'name', text: word, column });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, column });
    else if (single !== undefined) tokens.push({ kind: 'string', text: single.replaceAll("''", "'"), column });
    else if (double !== undefined) tokens.push({ kind: 'string', text: double.replaceAll('""', '"'), column });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, column });
  }
  tokens.push({ kind: 'end', text: '', column: text.length + 1 });
  return tokens;
}

/** What is wrong with a parameter, and where. */
export function wrong(parameter: string, column: number, message: string, hint?: string): ArcosError {
  return new ArcosError('INVALID', `${parameter}, column ${column}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { parameter, column },
  });
}
