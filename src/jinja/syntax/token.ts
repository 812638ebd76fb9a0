export type TokenKind =
  /** Text between tags, with whitespace control applied. */
  | 'data'
  /** `{{`, `}}`, `{%` and `%}`, whatever sign they carry. */
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** A string unescaped; digits without underscores; everything else as written. */
  readonly value: string;
  /** Offsets into the source's text, `end` excluded. */
  readonly start: number;
  readonly end: number;
}

/** A token as an error message names it. */
export function describe({ kind, value }: Token): string {
  switch (kind) {
    case 'data':
      return 'text outside of tags';
    case 'variable_begin':
      return "'{{'";
    case 'variable_end':
      return "'}}'";
    case 'block_begin':
      return "'{%'";
    case 'block_end':
      return "'%}'";
    case 'end':
      return 'the end of the template';
    case 'string':
      return 'a string';
    default:
      return `'${value}'`;
  }
}
