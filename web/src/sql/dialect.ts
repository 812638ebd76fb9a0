import { SQLDialect } from '@codemirror/lang-sql';

/** GoogleSQL's words (Lexical structure and syntax: reserved keywords, and those of statements). */
export const googleSql = SQLDialect.define({
  keywords:
    'all and any array as asc assert_rows_modified at between by case cast collate contains create cross cube current default define desc distinct else end enum escape except exclude exists extract false fetch following for from full group grouping groups hash having if ignore in inner intersect interval into is join lateral left like limit lookup merge natural new no not null nulls of on or order outer over partition preceding proto qualify range recursive respect right rollup rows select set some struct tablesample then to treat true unbounded union unnest using when where window with within insert update delete values table view replace drop alter temp function returns language begin declare execute immediate offset pivot unpivot extend aggregate rename',
  types: 'int64 float64 numeric bignumeric bool string bytes date datetime time timestamp interval json geography',
  identifierQuotes: '`',
  doubleQuotedStrings: true,
  hashComments: true,
});
