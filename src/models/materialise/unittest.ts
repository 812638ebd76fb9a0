import { ArcosError } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import { type Callable, callable, HostObject, toText, type Value } from '../../jinja/jinja.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { type SqlType, typeName } from '../../sql/type.ts';
import type { Row } from '../../warehouse/port.ts';
import { type Compiled, Compiler, type Cte } from '../compile.ts';
import { cteRelation } from '../context/relation.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { Node, TestNode, UnitRows, UnitTest } from '../node.ts';
import type { Session } from '../session.ts';
import { columnName, stringLiteral } from './layout.ts';
import { responseOf } from './response.ts';
import type { TestOutcome } from './test.ts';

export interface UnitTestOptions {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly session: Session;
}

/** The model's query with the given rows in the place of tables, ready to be run. Throws JinjaError, INVALID. */
export async function compileUnitTest(
  node: TestNode,
  unit: UnitTest,
  { manifest, invocation, session }: UnitTestOptions,
  log: Parameters<Compiler['compile']>[2],
): Promise<Compiled> {
  const model = manifest.nodes.get(unit.model);
  if (model?.resourceType !== 'model') throw new ArcosError('NOT_FOUND', `There is no model ${unit.model}`);
  const ctes: Cte[] = [];
  const names = new Map<string, string>();
  for (const { id, rows } of unit.given) {
    const input = manifest.nodes.get(id);
    if (input === undefined) continue;
    const relation = cteRelation(id === model.uniqueId ? `${input.name}__this` : input.uniqueId.replace(/\W/g, '_'));
    const name = toText(relation);
    names.set(id, name);
    ctes.push({ name, sql: await inputQuery(input, rows, session) });
  }
  const given = (found: Node) => {
    const name = names.get(found.uniqueId);
    if (name !== undefined) return cteRelation(name.replace(/^__dbt__cte__/, ''));
    throw new ArcosError('INVALID', `The unit test "${node.name}" gives no rows for ${found.uniqueId}`, {
      hint: `Add "- input: ..." with "rows: []" to its "given:".`,
    });
  };
  const tested: Invocation = {
    ...invocation,
    vars: { ...invocation.vars, ...unit.vars },
    environment: { ...invocation.environment, ...unit.environment },
  };
  const compiler = new Compiler(manifest, tested, (scope) => {
    const replaced = overridden(scope, unit.macros);
    return { ...replaced, resolve: given, this: names.has(model.uniqueId) ? given(model) : undefined };
  });
  return compiler.compileWith(model, ctes, session, log);
}

/** Macros that answer with a value: `is_incremental: true`, `dbt_utils.star: "a, b"`. */
function overridden(scope: Readonly<Record<string, Value>>, macros: Readonly<Record<string, unknown>>) {
  const replaced: Record<string, Value> = { is_incremental: callable('is_incremental', () => false) };
  const inPackages = new Map<string, Record<string, Callable>>();
  for (const [name, value] of Object.entries(macros)) {
    const [first = '', second] = name.split('.');
    const answer = callable(second ?? first, () => value);
    if (second === undefined) replaced[first] = answer;
    else inPackages.set(first, { ...inPackages.get(first), [second]: answer });
  }
  for (const [name, members] of inPackages) {
    const whole = scope[name];
    const known = whole instanceof HostObject ? whole : undefined;
    const all = Object.fromEntries(known?.memberNames().map((member) => [member, known.member(member)]) ?? []);
    replaced[name] = new HostObject('MacroNamespace', { ...all, ...members });
  }
  return { scope: replaced };
}

/** Runs it and compares: the columns that are expected, rows in any order. */
export async function runUnitTest(sql: string, { expected }: UnitTest, session: Session): Promise<TestOutcome> {
  const wanted = expected.format === 'rows' ? [...new Set(expected.rows.flatMap((row) => Object.keys(row)))] : [];
  const list = wanted.length === 0 ? '*' : wanted.map(columnName).join(', ');
  const actual = await session.query(`SELECT ${list}\nFROM (\n${sql}\n)`);
  const query = expected.format === 'sql' ? expected.sql : rowsQuery(expected.rows, actual.columns);
  const other = expected.format === 'rows' && expected.rows.length === 0 ? { rows: [] } : await session.query(query);
  const names =
    expected.format === 'sql' && 'columns' in other
      ? other.columns.map(({ name }) => name)
      : actual.columns.map(({ name }) => name);
  const difference = differenceOf(names, actual.rows, other.rows);
  const response = responseOf(actual);
  if (difference === undefined) return { status: 'pass', failures: 0, message: null, response };
  return { status: 'fail', failures: 1, message: `actual differs from expected:\n\n${difference}`, response };
}

async function inputQuery(input: Node, rows: UnitRows, session: Session): Promise<string> {
  if (rows.format === 'sql') return rows.sql;
  const columns = (await session.table(input.relation))?.columns;
  const known = new Set(columns?.map(({ name }) => name.toLowerCase()));
  const strange = rows.rows
    .flatMap((row) => Object.keys(row))
    .find((name) => columns !== undefined && !known.has(name.toLowerCase()));
  if (strange !== undefined) {
    throw new ArcosError(
      'INVALID',
      `The rows given for ${input.uniqueId} have a column "${strange}", which its table has not`,
    );
  }
  return rowsQuery(rows.rows, columns ?? guessedColumns(rows.rows));
}

/** Of a table that is not there yet: what the values look like. */
function guessedColumns(
  rows: readonly Readonly<Record<string, unknown>>[],
): { name: string; type: SqlType | undefined }[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => ({ name, type: undefined }));
}

function rowsQuery(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly (Pick<ColumnInfo, 'name'> & { readonly type: SqlType | undefined })[],
): string {
  if (columns.length === 0) return 'SELECT 1 AS dbt_no_columns LIMIT 0';
  const select = (row: Readonly<Record<string, unknown>>) => {
    const values = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
    return `SELECT ${columns.map(({ name, type }) => `${literalOf(values.get(name.toLowerCase()) ?? null, type)} AS ${columnName(name)}`).join(', ')}`;
  };
  return rows.length === 0 ? `${select({})} LIMIT 0` : rows.map(select).join('\nUNION ALL\n');
}

function literalOf(value: unknown, type: SqlType | undefined): string {
  const plain =
    value === null
      ? 'NULL'
      : typeof value === 'number' || typeof value === 'boolean'
        ? String(value)
        : stringLiteral(typeof value === 'string' ? value : JSON.stringify(value));
  if (type === undefined) return plain;
  const name = typeName(type);
  if (value !== null) {
    if (name === 'JSON')
      return `PARSE_JSON(${stringLiteral(typeof value === 'string' ? value : JSON.stringify(value))})`;
    // Written as the expression it is: ['a', 'b'], STRUCT(1 AS x), ST_GEOGPOINT(1, 2).
    if (/^(?:ARRAY|STRUCT|GEOGRAPHY|RANGE)\b/.test(name))
      return typeof value === 'string' ? value : JSON.stringify(value);
    if (typeof value === 'number' && /^(?:STRING|DATE|TIME|BYTES)/.test(name))
      return `CAST(${stringLiteral(String(value))} AS ${name})`;
  }
  return `CAST(${plain} AS ${name})`;
}

/** Rows that only one side has, as a table: `+++` those that are too many, `---` those that are missing. */
function differenceOf(
  columns: readonly string[],
  actual: readonly Row[],
  expected: readonly Row[],
): string | undefined {
  const text = (row: Row) => canonicalJson(columns.map((name) => row[name] ?? null));
  const missing = [...expected];
  const extra: Row[] = [];
  const places = new Map<string, number[]>();
  for (const [index, row] of missing.entries()) places.set(text(row), [...(places.get(text(row)) ?? []), index]);
  const met = new Set<number>();
  for (const row of actual) {
    const place = places.get(text(row))?.pop();
    if (place === undefined) extra.push(row);
    else met.add(place);
  }
  const lacking = missing.filter((_, index) => !met.has(index));
  if (extra.length + lacking.length === 0) return undefined;
  const cell = (value: unknown) =>
    value === null || value === undefined ? 'NULL' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const line = (mark: string, row: Row) => `${mark},${columns.map((name) => cell(row[name])).join(',')}`;
  return [
    `@@ ,${columns.join(',')}`,
    ...extra.map((row) => line('+++', row)),
    ...lacking.map((row) => line('---', row)),
  ].join('\n');
}
