import type { Span } from './source.ts';

export type TokenKind =
  /** A word without quotes; whether it is a keyword depends on where it stands. */
  | 'word'
  /** `...` */
  | 'quoted'
  | 'string'
  | 'bytes'
  | 'integer'
  | 'float'
  /** @name */
  | 'parameter'
  /** @@name.part */
  | 'system'
  | 'symbol'
  | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** As written; a word in upper case, a symbol as itself. What keywords are compared with. */
  readonly key: string;
  /** The unescaped value of a string, bytes (one char a byte), quoted name, parameter or number; a word as written. */
  readonly value: string;
}

/** Words that cannot be names unless quoted (GoogleSQL, Lexical structure, Reserved keywords). */
export const RESERVED: ReadonlySet<string> = new Set(
  `ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT
  DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL
  GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP
  MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE
  RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN
  WHERE WINDOW WITH WITHIN`.split(/\s+/),
);
