import { nearest } from '../../base/nearest.ts';
import type { ColumnInfo, TablePath } from '../../sql/catalog.ts';
import { FLOAT64, INT64, type SqlType, STRING, typeName } from '../../sql/type.ts';
import { BadValue, scalarLiteral } from '../../warehouse/literal.ts';
import type { QueryParameter } from '../../warehouse/port.ts';
import { wrong } from './lex.ts';
import { Reader } from './reader.ts';

/** What is asked of a table, each in the subset of ODSQL that docs/reference/portal.md describes. */
export interface RowsRequest {
  readonly select?: string | undefined;
  readonly where?: string | undefined;
  readonly group?: string | undefined;
  readonly order?: string | undefined;
}

export interface RowsQuery {
  /** GoogleSQL without LIMIT; every value of the request is a parameter. */
  readonly sql: string;
  readonly parameters: readonly QueryParameter[];
}

/** An expression: its GoogleSQL, made of nothing but columns of the table, functions from here and parameters. */
interface Expression {
  readonly sql: string;
  readonly type: SqlType;
  readonly name: string;
  readonly aggregate: boolean;
}

const AGGREGATES = new Set(['count', 'count_distinct', 'sum', 'avg', 'min', 'max']);
const PARTS = new Set(['year', 'month', 'day']);
const COMPARISONS = new Set(['=', '!=', '<>', '<', '<=', '>', '>=']);
const NUMBERS = new Set(['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC']);
const TIMES = new Set(['DATE', 'DATETIME', 'TIMESTAMP']);
const UNORDERED = new Set(['ARRAY', 'STRUCT', 'JSON', 'GEOGRAPHY']);
const DEEPEST = 40;
const MOST_VALUES = 200;
const MOST_COLUMNS = 200;

/** Compiles a request to a query. Pure; throws INVALID with the parameter and the column where it is wrong. */
export function compileRows(path: TablePath, columns: readonly ColumnInfo[], request: RowsRequest): RowsQuery {
  const compiler = new Compiler(columns);
  const grouped = request.group === undefined ? [] : compiler.expressions('group', request.group);
  const selected =
    request.select !== undefined
      ? compiler.expressions('select', request.select)
      : request.group === undefined
        ? compiler.all()
        : [...grouped, compiler.count()];
  const aggregated = grouped.length > 0 || selected.some(({ aggregate }) => aggregate);
  const keys = new Set(grouped.map(({ sql }) => sql));
  for (const { sql, name, aggregate } of selected) {
    if (aggregated && !aggregate && !keys.has(sql))
      throw wrong('select', 1, `"${name}" is neither counted nor in group`, `Add ${name} to group.`);
  }
  const names = selected.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong('select', 1, `"${twice}" is there twice`, 'Give one another name with "as".');
  const where = request.where === undefined ? '' : `\nWHERE ${compiler.condition(request.where)}`;
  const group = grouped.length === 0 ? '' : `\nGROUP BY ${grouped.map(({ sql }) => sql).join(', ')}`;
  const order = orderOf(compiler, request.order, selected, aggregated);
  const table = `\`${path.project}.${path.dataset}.${path.table}\``;
  const list = selected.map(({ sql, name }) => `${sql} AS \`${name}\``).join(', ');
  return { sql: `SELECT ${list}\nFROM ${table}${where}${group}${order}`, parameters: compiler.parameters };
}

/** The order asked for, and behind it every other column of the result: pages never overlap. */
function orderOf(
  compiler: Compiler,
  text: string | undefined,
  selected: readonly Expression[],
  aggregated: boolean,
): string {
  const asked = text === undefined ? [] : compiler.order(text, selected, aggregated);
  const sortable = selected.map(({ type }, index) => ({ type, index })).filter(({ type }) => !UNORDERED.has(type.kind));
  const rest = sortable
    .map(({ index }) => String(index + 1))
    .filter((place) => !asked.some(({ key }) => key === place));
  const items = [...asked.map(({ key, direction }) => `${key}${direction}`), ...rest];
  return items.length === 0 ? '' : `\nORDER BY ${items.join(', ')}`;
}

class Compiler {
  readonly parameters: QueryParameter[] = [];
  readonly #columns: readonly ColumnInfo[];

  constructor(columns: readonly ColumnInfo[]) {
    this.#columns = columns;
  }

  all(): Expression[] {
    return this.#columns.map(columnExpression);
  }

  count(): Expression {
    return { sql: 'COUNT(*)', type: INT64, name: 'count', aggregate: true };
  }

  expressions(parameter: 'select' | 'group', text: string): Expression[] {
    const reader = new Reader(parameter, text);
    const items = reader.list(() => {
      if (parameter === 'select' && reader.accept('*')) return this.all();
      const expression = this.#expression(reader, parameter === 'select');
      if (parameter === 'group' || !reader.accept('as')) return [expression];
      const alias = reader.take();
      if (alias.kind !== 'name' || !/^[a-z_]\w{0,63}$/i.test(alias.text)) throw reader.fail('A name is missing', alias);
      return [{ ...expression, name: alias.text }];
    });
    const flat = items.flat();
    if (flat.length > MOST_COLUMNS) throw wrong(parameter, 1, `more than ${MOST_COLUMNS} columns`);
    return flat;
  }

  /** Places in the result, or columns of the table where rows stay as they are. */
  order(text: string, selected: readonly Expression[], aggregated: boolean): { key: string; direction: string }[] {
    const reader = new Reader('order', text);
    return reader.list(() => {
      const token = reader.next;
      const place = selected.findIndex(({ name }) => name.toLowerCase() === token.text.toLowerCase());
      let key = String(place + 1);
      if (place >= 0 && !reader.atCall) reader.take();
      else {
        const { sql, aggregate } = this.#expression(reader, aggregated);
        if (aggregated && !aggregate && !selected.some((each) => each.sql === sql))
          throw reader.fail(`"${token.text}" is not in the result`, token);
        key = sql;
      }
      if (reader.accept('desc')) return { key, direction: ' DESC' };
      reader.accept('asc');
      return { key, direction: '' };
    });
  }

  condition(text: string): string {
    const reader = new Reader('where', text);
    const sql = this.#either(reader, 0);
    if (!reader.ended) throw reader.fail(`"${reader.next.text}" does not belong here`);
    return sql;
  }

  #either(reader: Reader, depth: number): string {
    if (depth > DEEPEST) throw reader.fail(`More than ${DEEPEST} parentheses in each other`);
    const parts = [this.#all(reader, depth)];
    while (reader.accept('or')) parts.push(this.#all(reader, depth));
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' OR ')})`;
  }

  #all(reader: Reader, depth: number): string {
    const parts = [this.#single(reader, depth)];
    while (reader.accept('and')) parts.push(this.#single(reader, depth));
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' AND ')})`;
  }

  #single(reader: Reader, depth: number): string {
    if (depth > DEEPEST) throw reader.fail(`More than ${DEEPEST} conditions in each other`);
    if (reader.accept('not')) return `NOT ${this.#single(reader, depth + 1)}`;
    if (reader.accept('(')) {
      const inside = this.#either(reader, depth + 1);
      reader.expect(')');
      return inside;
    }
    const name = reader.next.text.toLowerCase();
    if (reader.atCall && (name === 'search' || name === 'startswith')) return this.#textTest(reader, name);
    return this.#comparison(reader);
  }

  /** `search(column, 'text')` without regard to case and accents; `startswith(column, 'text')`. */
  #textTest(reader: Reader, name: 'search' | 'startswith'): string {
    reader.take();
    reader.expect('(');
    const token = reader.next;
    const column = this.#expression(reader, false);
    if (column.type.kind !== 'STRING') throw reader.fail(`${name} needs a column of text`, token);
    reader.expect(',');
    const value = this.#value(reader, STRING);
    reader.expect(')');
    return name === 'startswith'
      ? `STARTS_WITH(${column.sql}, ${value})`
      : `STRPOS(${folded(column.sql)}, ${folded(value)}) > 0`;
  }

  #comparison(reader: Reader): string {
    const left = this.#expression(reader, false);
    if (reader.accept('is')) {
      const not = reader.accept('not');
      reader.expect('null');
      return `${left.sql} IS ${not ? 'NOT ' : ''}NULL`;
    }
    const not = reader.accept('not');
    if (reader.accept('in')) return `${left.sql} ${not ? 'NOT ' : ''}IN (${this.#values(reader, left.type)})`;
    if (reader.accept('like')) {
      if (left.type.kind !== 'STRING') throw reader.fail('like needs a column of text');
      return `${left.sql} ${not ? 'NOT ' : ''}LIKE ${this.#value(reader, STRING)}`;
    }
    if (reader.accept('between')) {
      const low = this.#value(reader, left.type);
      reader.expect('and');
      return `${left.sql} ${not ? 'NOT ' : ''}BETWEEN ${low} AND ${this.#value(reader, left.type)}`;
    }
    const sign = reader.take();
    if (not || sign.kind !== 'sign' || !COMPARISONS.has(sign.text))
      throw reader.fail('A comparison is missing', sign, 'Write column = value, in (...), like, between or is null.');
    if (UNORDERED.has(left.type.kind)) throw reader.fail(`${typeName(left.type)} cannot be compared`, sign);
    return `${left.sql} ${sign.text === '<>' ? '!=' : sign.text} ${this.#value(reader, left.type)}`;
  }

  #values(reader: Reader, type: SqlType): string {
    reader.expect('(');
    const values = [this.#value(reader, type)];
    while (reader.accept(',')) values.push(this.#value(reader, type));
    reader.expect(')');
    return values.join(', ');
  }

  /** A value as a parameter of the type it is compared with. */
  #value(reader: Reader, type: SqlType): string {
    // date'2024-01-31' says no more than its text: the type is the column's.
    if (!reader.accept('date')) reader.accept('timestamp');
    const token = reader.take();
    const literal = token.kind === 'string' || token.kind === 'number' || /^(true|false)$/i.test(token.text);
    if (!literal || token.kind === 'end')
      throw reader.fail('A value is missing', token, "Text stands in quotes: 'text'.");
    if (this.parameters.length >= MOST_VALUES) throw reader.fail(`More than ${MOST_VALUES} values`, token);
    const wide = type.kind === 'INT64' && /[.eE]/.test(token.text) && token.kind === 'number';
    const of = wide ? FLOAT64 : type;
    const written = NUMBERS.has(of.kind) ? 'number' : of.kind === 'BOOL' ? 'name' : 'string';
    if (token.kind !== written) throw reader.fail(`${token.text} is no ${typeName(of)}`, token);
    const name = `p${this.parameters.length + 1}`;
    try {
      this.parameters.push({ name, type: of, value: scalarLiteral(of, token.text, name) });
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw reader.fail(`${token.text} is no ${typeName(of)}`, token);
    }
    return `@${name}`;
  }

  /** A column, a part of a date, or where it may be an aggregate of a column. */
  #expression(reader: Reader, aggregates: boolean): Expression {
    if (!reader.atCall) return this.#column(reader);
    const token = reader.take();
    const call = token.text.toLowerCase();
    reader.expect('(');
    if (call === 'count' && aggregates && reader.accept('*')) {
      reader.expect(')');
      return this.count();
    }
    const known = PARTS.has(call) || (aggregates && AGGREGATES.has(call));
    if (!known) {
      const usable = [...PARTS, ...(aggregates ? AGGREGATES : [])].join(', ');
      throw reader.fail(`There is no ${call} here`, token, `There are ${usable}.`);
    }
    const of = this.#column(reader);
    reader.expect(')');
    const name = `${call}_${of.name}`;
    if (PARTS.has(call)) {
      if (!TIMES.has(of.type.kind)) throw reader.fail(`${call} needs a date`, token);
      return { sql: `EXTRACT(${call.toUpperCase()} FROM ${of.sql})`, type: INT64, name, aggregate: false };
    }
    if ((call === 'sum' || call === 'avg') && !NUMBERS.has(of.type.kind))
      throw reader.fail(`${call} needs a column of numbers`, token);
    if (UNORDERED.has(of.type.kind) && call !== 'count')
      throw reader.fail(`${call} of ${typeName(of.type)} is not possible`, token);
    const sql = call === 'count_distinct' ? `COUNT(DISTINCT ${of.sql})` : `${call.toUpperCase()}(${of.sql})`;
    const type = call.startsWith('count') ? INT64 : call === 'avg' ? FLOAT64 : of.type;
    return { sql, type, name, aggregate: true };
  }

  #column(reader: Reader): Expression {
    const token = reader.take();
    const found = this.#columns.find(({ name }) => name.toLowerCase() === token.text.toLowerCase());
    if (token.kind === 'name' && found !== undefined) return columnExpression(found);
    if (token.kind !== 'name') throw reader.fail('A column is missing', token);
    const names = this.#columns.map(({ name }) => name);
    const near = nearest(token.text, names);
    const hint = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
    throw reader.fail(`There is no column "${token.text}"`, token, hint);
  }
}

function columnExpression({ name, type }: ColumnInfo): Expression {
  return { sql: `\`${name}\``, type, name, aggregate: false };
}

/** Text without case and accents. */
function folded(sql: string): string {
  return String.raw`REGEXP_REPLACE(NORMALIZE(LOWER(${sql}), NFD), r'\pM', '')`;
}
