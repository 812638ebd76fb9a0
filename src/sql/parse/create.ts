import type { Expression, Name } from '../ast/expression.ts';
import type { ColumnDefinition, CreateMode, Ddl, FunctionParameter, OptionItem } from '../ast/statement.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './name.ts';
import { parseAlias, parseQuery } from './query.ts';
import { parseStatementList } from './script.ts';
import { parseType } from './type.ts';

/** CREATE statements (GoogleSQL, Data definition language). */
export function parseCreate(cursor: Cursor): Ddl {
  const { start } = cursor.expect('CREATE');
  const replace = cursor.accept('OR', 'REPLACE');
  const temporary = cursor.acceptOneOf('TEMP', 'TEMPORARY') !== undefined;
  const begin = { start, replace, temporary };
  if (cursor.accept('SCHEMA')) return parseCreateSchema(cursor, begin);
  if (cursor.accept('EXTERNAL', 'TABLE')) return parseCreateExternalTable(cursor, begin);
  if (cursor.accept('SNAPSHOT', 'TABLE')) return parseCreateTable(cursor, begin, 'SNAPSHOT');
  if (cursor.accept('TABLE', 'FUNCTION')) return parseCreateTableFunction(cursor, begin);
  if (cursor.accept('TABLE')) return parseCreateTable(cursor, begin);
  if (cursor.accept('MATERIALIZED', 'VIEW')) return parseCreateView(cursor, begin, true);
  if (cursor.accept('VIEW')) return parseCreateView(cursor, begin, false);
  if (cursor.accept('AGGREGATE', 'FUNCTION')) return parseCreateFunction(cursor, begin, true);
  if (cursor.accept('FUNCTION')) return parseCreateFunction(cursor, begin, false);
  if (cursor.accept('PROCEDURE')) return parseCreateProcedure(cursor, begin);
  if (cursor.accept('ROW', 'ACCESS', 'POLICY')) return parseCreateRowAccessPolicy(cursor, begin);
  const index = cursor.acceptOneOf('SEARCH', 'VECTOR');
  if (index !== undefined) return parseCreateIndex(cursor, begin, index);
  throw cursor.unexpected('the kind of object to create');
}

interface Begin {
  readonly start: number;
  readonly replace: boolean;
  readonly temporary: boolean;
}

function parseMode(cursor: Cursor, { replace }: Begin): CreateMode {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
  if (replace) return 'replace';
  return ifNotExists ? 'if_not_exists' : 'create';
}

export function parseOptions(cursor: Cursor): OptionItem[] {
  return cursor.accept('OPTIONS') ? parseOptionList(cursor) : [];
}

export function parseOptionList(cursor: Cursor): OptionItem[] {
  return cursor.parenthesised(() => {
    const name = cursor.name('option name');
    cursor.expect('=');
    return { name, value: parseExpression(cursor), ...cursor.spanFrom(name.start) };
  });
}

function parseCreateSchema(cursor: Cursor, begin: Begin): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const collate = cursor.accept('DEFAULT', 'COLLATE') ? cursor.next().value : undefined;
  const options = parseOptions(cursor);
  return {
    kind: 'create_schema',
    mode,
    name,
    ...(collate === undefined ? {} : { collate }),
    options,
    ...cursor.spanFrom(begin.start),
  };
}

/** `(a INT64 NOT NULL OPTIONS(...), PRIMARY KEY (a) NOT ENFORCED)`: constraints are read and dropped, as they are not enforced. */
export function parseColumnDefinitions(cursor: Cursor): ColumnDefinition[] {
  cursor.expect('(');
  const columns: ColumnDefinition[] = [];
  while (!cursor.is(')')) {
    if (startsConstraint(cursor)) skipConstraint(cursor);
    else columns.push(parseColumnDefinition(cursor));
    if (!cursor.accept(',')) break;
  }
  cursor.expect(')');
  return columns;
}

function startsConstraint(cursor: Cursor): boolean {
  return cursor.is('PRIMARY', 'KEY') || cursor.is('FOREIGN', 'KEY') || cursor.is('CONSTRAINT');
}

/** Passes over a constraint, up to the comma or parenthesis that ends it. */
export function skipConstraint(cursor: Cursor): void {
  for (let depth = 0; cursor.peek().kind !== 'end'; cursor.next()) {
    if (cursor.is('(')) depth++;
    else if (depth > 0 && cursor.is(')')) depth--;
    else if (depth === 0 && (cursor.is(',') || cursor.is(')') || cursor.is(';'))) return;
  }
}

export function parseColumnDefinition(cursor: Cursor): ColumnDefinition {
  const name = cursor.name('column name');
  const type = parseType(cursor);
  let notNull = false;
  let defaultValue: Expression | undefined;
  let options: readonly OptionItem[] = [];
  let collate: string | undefined;
  for (;;) {
    if (cursor.accept('NOT', 'NULL')) notNull = true;
    else if (cursor.accept('DEFAULT')) defaultValue = parseExpression(cursor);
    else if (cursor.is('OPTIONS')) options = parseOptions(cursor);
    else if (cursor.accept('COLLATE')) collate = cursor.next().value;
    else if (cursor.is('PRIMARY', 'KEY') || cursor.is('REFERENCES')) skipConstraint(cursor);
    else break;
  }
  return {
    name,
    type,
    notNull,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
    ...(collate === undefined ? {} : { collate }),
    options,
    ...cursor.spanFrom(name.start),
  };
}

type CopySource = 'LIKE' | 'COPY' | 'CLONE' | 'SNAPSHOT';

function parseCreateTable(cursor: Cursor, begin: Begin, snapshot?: 'SNAPSHOT'): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const columns = cursor.is('(') ? parseColumnDefinitions(cursor) : undefined;
  let source: { how: CopySource; name: readonly Name[]; asOf?: Expression } | undefined;
  const how = cursor.acceptOneOf('LIKE', 'COPY', 'CLONE');
  if (how !== undefined) {
    const from = parseObjectName(cursor);
    const asOf = cursor.accept('FOR', 'SYSTEM_TIME', 'AS', 'OF') ? parseExpression(cursor) : undefined;
    source = { how: snapshot ?? how, name: from, ...(asOf === undefined ? {} : { asOf }) };
  }
  const collate = cursor.accept('DEFAULT', 'COLLATE') ? cursor.next().value : undefined;
  const layout = parseLayout(cursor);
  const query = cursor.accept('AS') ? parseQuery(cursor) : undefined;
  return {
    kind: 'create_table',
    mode,
    temporary: begin.temporary,
    name,
    ...(columns === undefined ? {} : { columns }),
    ...layout,
    ...(collate === undefined ? {} : { collate }),
    ...(query === undefined ? {} : { query }),
    ...(source === undefined ? {} : { source }),
    ...cursor.spanFrom(begin.start),
  };
}

/** PARTITION BY, CLUSTER BY and OPTIONS. */
export function parseLayout(cursor: Cursor) {
  const partitionBy = cursor.accept('PARTITION', 'BY') ? parseExpression(cursor) : undefined;
  const clusterBy = cursor.accept('CLUSTER', 'BY') ? cursor.list(() => cursor.name()) : [];
  const options = parseOptions(cursor);
  return { ...(partitionBy === undefined ? {} : { partitionBy }), clusterBy, options };
}

/** WITH PARTITION COLUMNS, with or without the columns themselves. */
export function parsePartitionColumns(cursor: Cursor): readonly ColumnDefinition[] | undefined {
  if (!cursor.accept('WITH', 'PARTITION', 'COLUMNS')) return undefined;
  return cursor.is('(') ? parseColumnDefinitions(cursor) : [];
}

function parseCreateExternalTable(cursor: Cursor, begin: Begin): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const columns = cursor.is('(') ? parseColumnDefinitions(cursor) : undefined;
  const partitionColumns = parsePartitionColumns(cursor);
  if (cursor.accept('WITH', 'CONNECTION')) parseObjectName(cursor);
  const options = parseOptions(cursor);
  return {
    kind: 'create_external_table',
    mode,
    name,
    ...(columns === undefined ? {} : { columns }),
    ...(partitionColumns === undefined ? {} : { partitionColumns }),
    options,
    ...cursor.spanFrom(begin.start),
  };
}

function parseCreateView(cursor: Cursor, begin: Begin, materialized: boolean): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const columns = cursor.is('(')
    ? cursor.parenthesised(() => ({ name: cursor.name(), options: parseOptions(cursor) }))
    : [];
  const layout = parseLayout(cursor);
  cursor.expect('AS');
  const { text, value: query } = withText(cursor, () => parseQuery(cursor));
  return {
    kind: 'create_view',
    mode,
    materialized,
    name,
    columns,
    ...layout,
    query,
    text,
    ...cursor.spanFrom(begin.start),
  };
}

/** What `parse` reads, with its text. */
function withText<Value>(cursor: Cursor, parse: () => Value): { value: Value; text: string } {
  const { start } = cursor.peek();
  const value = parse();
  return { value, text: cursor.source.text.slice(start, cursor.lastEnd) };
}

function parseFunctionParameter(cursor: Cursor): FunctionParameter {
  const mode = cursor.acceptOneOf('IN', 'OUT', 'INOUT');
  const name = cursor.name('parameter name');
  const prefix = { ...(mode === undefined ? {} : { mode }), name };
  if (cursor.accept('ANY', 'TYPE')) return { ...prefix, any: true };
  if (cursor.accept('ANY', 'TABLE')) return { ...prefix, any: true, table: [] };
  if (cursor.accept('TABLE', '<')) {
    const table = cursor.list(() => parseColumnDefinition(cursor));
    cursor.closeAngle();
    return { ...prefix, table };
  }
  const type = parseType(cursor);
  if (cursor.accept('NOT', 'AGGREGATE')) return { ...prefix, type, aggregate: false };
  return { ...prefix, type };
}

function parseCreateFunction(cursor: Cursor, begin: Begin, aggregate: boolean): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const parameters = cursor.parenthesised(() => parseFunctionParameter(cursor));
  const returns = cursor.accept('RETURNS') ? parseType(cursor) : undefined;
  cursor.accept('NOT', 'DETERMINISTIC');
  cursor.accept('DETERMINISTIC');
  const language = cursor.accept('LANGUAGE') ? cursor.name('language').name.toLowerCase() : undefined;
  let options = parseOptions(cursor);
  let body: Extract<Ddl, { kind: 'create_function' }>['body'];
  if (language !== undefined && language !== 'sql') {
    cursor.expect('AS');
    if (cursor.peek().kind !== 'string') throw cursor.unexpected('string literal');
    body = { kind: 'code', language, code: cursor.next().value };
  } else {
    cursor.expect('AS', '(');
    const { text, value: expression } = withText(cursor, () => parseExpression(cursor));
    body = { kind: 'sql', expression, text };
    cursor.expect(')');
  }
  if (options.length === 0) options = parseOptions(cursor);
  return {
    kind: 'create_function',
    mode,
    temporary: begin.temporary,
    aggregate,
    name,
    parameters,
    ...(returns === undefined ? {} : { returns }),
    body,
    options,
    ...cursor.spanFrom(begin.start),
  };
}

function parseCreateTableFunction(cursor: Cursor, begin: Begin): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const parameters = cursor.parenthesised(() => parseFunctionParameter(cursor));
  if (cursor.accept('RETURNS', 'TABLE', '<')) {
    cursor.list(() => parseColumnDefinition(cursor));
    cursor.closeAngle();
  }
  parseOptions(cursor);
  cursor.expect('AS');
  const { text, value: query } = withText(cursor, () => parseQuery(cursor));
  return { kind: 'create_table_function', mode, name, parameters, query, text, ...cursor.spanFrom(begin.start) };
}

function parseCreateProcedure(cursor: Cursor, begin: Begin): Ddl {
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  const parameters = cursor.parenthesised(() => parseFunctionParameter(cursor));
  parseOptions(cursor);
  const { text, value: body } = withText(cursor, () => {
    cursor.expect('BEGIN');
    const statements = parseStatementList(cursor, ['END']);
    cursor.expect('END');
    return statements;
  });
  return { kind: 'create_procedure', mode, name, parameters, body, text, ...cursor.spanFrom(begin.start) };
}

function parseCreateRowAccessPolicy(cursor: Cursor, begin: Begin): Ddl {
  const mode = parseMode(cursor, begin);
  const name = cursor.name('policy name');
  cursor.expect('ON');
  const table = parseObjectName(cursor);
  const grantees = cursor.accept('GRANT', 'TO') ? cursor.parenthesised(() => parseExpression(cursor)) : [];
  cursor.expect('FILTER', 'USING', '(');
  const { text, value: filter } = withText(cursor, () => parseExpression(cursor));
  cursor.expect(')');
  return {
    kind: 'create_row_access_policy',
    mode,
    name,
    table,
    grantees,
    filter,
    text,
    ...cursor.spanFrom(begin.start),
  };
}

function parseCreateIndex(cursor: Cursor, begin: Begin, what: 'SEARCH' | 'VECTOR'): Ddl {
  cursor.expect('INDEX');
  const mode = parseMode(cursor, begin);
  const name = parseObjectName(cursor);
  cursor.expect('ON');
  const table = parseObjectName(cursor);
  if (!cursor.accept('(', 'ALL', 'COLUMNS')) cursor.parenthesised(() => parseExpression(cursor));
  else {
    parseAlias(cursor);
    cursor.accept(')');
  }
  parseOptions(cursor);
  return { kind: 'create_index', mode, what, name, table, ...cursor.spanFrom(begin.start) };
}
