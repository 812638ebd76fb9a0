import { castable } from '../../../src/sql/bind/coercion.ts';
import { FUNCTIONS } from '../../../src/sql/functions/lookup.ts';
import type { Signature, TypePattern } from '../../../src/sql/functions/signature.ts';
import type { ScalarName } from '../../../src/sql/type.ts';
import { CONSTANTS, SCALARS, TABLES } from './catalog.ts';
import type { Random } from './random.ts';

/** What an expression may hold where it stands. */
interface Place {
  readonly random: Random;
  /** Alias of the table whose columns it may name; none where there is no table. */
  readonly table: string | undefined;
  readonly aggregates: boolean;
  readonly windows: boolean;
}

const PARTS = ['DAY', 'MONTH', 'YEAR', 'WEEK(MONDAY)', 'ISOWEEK', 'HOUR', 'SECOND', 'QUARTER', 'MICROSECOND'] as const;
const OPERATORS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  INT64: ['+', '-', '*', '&', '|', '^', '<<', '>>'],
  FLOAT64: ['+', '-', '*', '/'],
  NUMERIC: ['+', '-', '*', '/'],
  STRING: ['||'],
  BYTES: ['||'],
};
const COMPARISONS = ['=', '!=', '<', '>=', 'IS DISTINCT FROM', 'LIKE'] as const;

/** A statement by the grammar, most of whose types fit. */
export function generateStatement(random: Random): string {
  const kind = random.below(30);
  const table = random.pick(TABLES);
  const place: Place = { random, table: 't', aggregates: false, windows: false };
  const value = (type?: ScalarName) => expression(place, type ?? random.pick(SCALARS), 3);
  switch (kind) {
    case 0:
      return `INSERT INTO d.${table} (c_int64, c_string) ${random.chance(0.5) ? `VALUES (${constant(random, 'INT64')}, ${constant(random, 'STRING')})` : 'SELECT c_int64, c_string FROM d.one'}`;
    case 1:
      return `UPDATE d.${table} AS t SET c_string = ${value('STRING')} WHERE ${value('BOOL')}`;
    case 2:
      return `DELETE FROM d.${table} AS t WHERE ${value('BOOL')}`;
    case 3:
      return `MERGE d.one AS t USING d.two AS s ON t.c_int64 = s.c_int64 WHEN MATCHED AND ${value('BOOL')} THEN UPDATE SET c_float64 = ${value('FLOAT64')} WHEN NOT MATCHED THEN INSERT ROW`;
    case 4:
      return `CREATE OR REPLACE TABLE d.made PARTITION BY c_date CLUSTER BY c_string AS ${query(random, 2)}`;
    case 5:
      return `DECLARE x INT64 DEFAULT ${constant(random, 'INT64')}; IF x > 1 THEN SELECT x; ELSE ${query(random, 1)}; END IF; SET x = x + 1`;
    default:
      return query(random, 3);
  }
}

function query(random: Random, depth: number): string {
  const kind = random.below(12);
  if (depth > 0 && kind === 0)
    return `(${query(random, depth - 1)}) UNION ALL (${query(random, depth - 1)}) ORDER BY 1 LIMIT 3`;
  if (depth > 0 && kind === 1) return `WITH w AS (${query(random, depth - 1)}) SELECT * FROM w`;
  if (depth > 0 && kind === 2) return `SELECT COUNT(*) FROM (${query(random, depth - 1)})`;
  const inside: Place = { random, table: 't', aggregates: false, windows: false };
  const value = (place: Place) => expression(place, random.pick(SCALARS), depth);
  const condition = expression(inside, 'BOOL', depth);
  if (kind === 3) {
    return `FROM d.one AS t |> WHERE ${condition} |> EXTEND ${value(inside)} AS x |> AGGREGATE COUNT(*) AS n GROUP BY c_string |> LIMIT 5`;
  }
  if (kind < 6) {
    const grouped: Place = { ...inside, aggregates: true, table: undefined };
    const key = expression(inside, random.pick(['STRING', 'INT64', 'DATE', 'BOOL']), 1);
    const having = random.chance(0.3) ? ` HAVING ${expression(grouped, 'BOOL', 2)}` : '';
    const by = random.pick(['', 'ROLLUP', 'CUBE'] as const);
    return `SELECT ${key} AS k, ${random.list(3, () => value(grouped))} FROM ${from(random)} WHERE ${condition} GROUP BY ${by === '' ? '1' : `${by}(k)`}${having} ORDER BY 1`;
  }
  const windows: Place = { ...inside, windows: true };
  const distinct = random.chance(0.1) ? 'DISTINCT ' : '';
  const qualify = random.chance(0.2) ? ' QUALIFY ROW_NUMBER() OVER (PARTITION BY t.c_bool ORDER BY t.c_int64) = 1' : '';
  const order =
    random.chance(0.3) && distinct === '' ? ` ORDER BY ${expression(inside, 'FLOAT64', 1)} DESC NULLS LAST` : '';
  return `SELECT ${distinct}${random.list(4, () => value(windows))} FROM ${from(random)} WHERE ${condition}${qualify}${order} LIMIT 10`;
}

function from(random: Random): string {
  const table = `d.${random.pick(TABLES)} AS t`;
  switch (random.below(5)) {
    case 0:
      return `${table} LEFT JOIN d.two AS u ON t.c_int64 = u.c_int64`;
    case 1:
      return `${table}, UNNEST(t.c_ints) AS element WITH OFFSET AS place`;
    case 2:
      return `${table} TABLESAMPLE SYSTEM (10 PERCENT)`;
    default:
      return table;
  }
}

function constant(random: Random, type: ScalarName): string {
  return random.chance(0.1) ? 'NULL' : random.pick(CONSTANTS[type] ?? ['NULL']);
}

function expression(place: Place, type: ScalarName, depth: number): string {
  const { random } = place;
  if (depth === 0) {
    if (place.table !== undefined && random.chance(0.6)) return `${place.table}.c_${type.toLowerCase()}`;
    return constant(random, type);
  }
  const inner = (of: ScalarName): string => expression(place, of, depth - 1);
  switch (random.below(14)) {
    case 0:
      return `CASE WHEN ${inner('BOOL')} THEN ${inner(type)} ELSE ${inner(type)} END`;
    case 1:
      return `SAFE_CAST(${inner(random.pick(sources(type)))} AS ${type})`;
    case 2:
      return `CAST(${inner(random.pick(sources(type)))} AS ${type})`;
    case 3:
      return `(SELECT ANY_VALUE(u.c_${type.toLowerCase()}) FROM d.two AS u WHERE ${expression({ ...place, table: 'u', aggregates: false, windows: false }, 'BOOL', 1)})`;
    case 4:
      if (type === 'BOOL') {
        const of = random.pick(SCALARS);
        return `(${inner(of)} ${random.pick(COMPARISONS)} ${inner(of)})`;
      }
      break;
    case 5:
      if (type === 'BOOL') return `${inner('INT64')} IN (${random.list(3, () => inner('INT64'))})`;
      break;
    case 6: {
      const operators = OPERATORS[type];
      if (operators !== undefined) return `(${inner(type)} ${random.pick(operators)} ${inner(type)})`;
      break;
    }
    default:
  }
  return call(place, type, depth);
}

/** Types that CAST makes a type of. */
function sources(type: ScalarName): [ScalarName, ...ScalarName[]] {
  return [type, ...SCALARS.filter((kind) => castable({ kind }, { kind: type }))];
}

const SKIPPED = new Set(['EXTRACT', 'SESSION_USER', 'GROUPING', 'HLL_COUNT.INIT', 'HLL_COUNT.MERGE']);

/** Signatures by the type that they give; those of any type stand for all. */
const BY_RESULT = new Map<string, { name: string; kind: string; signature: Signature }[]>();
for (const { name, kind, family, signatures } of FUNCTIONS) {
  if (family === 'operators' || SKIPPED.has(name)) continue;
  for (const signature of signatures) {
    const { result } = signature;
    const of = result.kind === 'type' ? result.type.kind : result.kind === 'template' ? '*' : undefined;
    if (of !== undefined) BY_RESULT.set(of, [...(BY_RESULT.get(of) ?? []), { name, kind, signature }]);
  }
}

function call(place: Place, type: ScalarName, depth: number): string {
  const { random } = place;
  const known = [...(BY_RESULT.get(type) ?? []), ...(BY_RESULT.get('*') ?? [])].filter(
    ({ kind, signature }) =>
      (type === 'DATE' || signature.parameters.every(({ pattern }) => pattern.kind !== 'range')) &&
      (kind === 'scalar' || place.windows || (kind === 'aggregate' && place.aggregates)),
  );
  const [first, ...others] = known;
  if (first === undefined) return constant(random, type);
  const { name, kind, signature } = random.pick([first, ...others]);
  const inner: Place = kind === 'scalar' ? place : { ...place, table: 't', aggregates: false, windows: false };
  const args = signature.parameters.flatMap((parameter): string[] => {
    if (parameter.optional && random.chance(0.5)) return [];
    const value = argument(inner, parameter.pattern, type, depth - 1);
    return [parameter.name === undefined ? value : `${parameter.name} => ${value}`];
  });
  const over = kind === 'window' || (kind === 'aggregate' && place.windows);
  const window = over ? ` OVER (PARTITION BY t.c_bool ORDER BY t.c_date${random.chance(0.3) ? ' DESC' : ''})` : '';
  return `${kind === 'scalar' && random.chance(0.15) ? 'SAFE.' : ''}${name}(${args.join(', ')})${window}`;
}

function argument(place: Place, pattern: TypePattern, template: ScalarName, depth: number): string {
  const { random } = place;
  switch (pattern.kind) {
    case 'type':
    case 'cast':
      return expression(place, pattern.type.kind in CONSTANTS ? (pattern.type.kind as ScalarName) : 'STRING', depth);
    case 'template':
      return expression(place, template, depth);
    case 'any':
      return expression(place, random.pick(SCALARS), depth);
    case 'array':
      return `[${random.list(3, () => argument(place, pattern.element, template, 0))}]`;
    case 'part':
      return random.pick(PARTS);
    case 'range':
      return "RANGE<DATE> '[2024-01-01, 2024-02-01)'";
    case 'struct':
      return `(${pattern.fields.map((field) => argument(place, field.type, template, 0)).join(', ')})`;
    case 'lambda':
      return 'e -> e IS NULL';
  }
}

const STRAY = [
  '(',
  ')',
  ',',
  ';',
  'SELECT',
  'FROM',
  '`',
  "'",
  '"""',
  'NULL',
  '@p',
  '?',
  '|>',
  '<',
  '>',
  '[',
  '1e',
  '/*',
  '--',
  'END',
  '\0',
  '\u{1f600}',
  'OVER ()',
  '.*',
  'AS',
  '=>',
] as const;

/** The statement with some of its words gone, doubled, exchanged, or others among them. */
export function mutate(random: Random, text: string): string {
  const words = text.split(/(\s+|\b)/);
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(words.length);
    switch (random.below(5)) {
      case 0:
        words.splice(at, 1);
        break;
      case 1:
        words.splice(at, 0, words[random.below(words.length)] ?? '');
        break;
      case 2:
        words[at] = words[random.below(words.length)] ?? '';
        break;
      case 3:
        words.splice(at, 0, random.pick(STRAY));
        break;
      default:
        words.splice(at);
    }
  }
  return words.join('');
}
