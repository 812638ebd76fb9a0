import { ArcosError } from '../../base/errors.ts';
import {
  type Callable,
  callable,
  HostObject,
  type Keywords,
  type Positional,
  Tuple,
  toText,
  type Value,
} from '../../jinja/jinja.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { typeName } from '../../sql/type.ts';
import type { TableInfo } from '../../warehouse/port.ts';
import { quoteRelation, type RelationName } from '../node.ts';
import type { Session } from '../session.ts';
import { dispatchFunction } from './parsing.ts';
import { Relation, type RelationType, relationOf } from './relation.ts';
import { tableOf } from './table.ts';

/** What other databases need and this one does not. */
const NOTHING = [
  'expand_target_column_types',
  'commit',
  'cache_added',
  'cache_dropped',
  'cache_renamed',
  'clear_transaction',
];

/** dbt's `adapter`: what templates may ask of the warehouse. */
export function adapterOf(
  session: Session,
  dispatch: (name: string, namespace?: string) => Callable | undefined,
): HostObject {
  const columns = async (relation: Value) => (await session.table(nameOf(relation)))?.columns ?? [];
  return new HostObject('Adapter', {
    dispatch: dispatchFunction(dispatch),
    type: callable('type', () => 'bigquery'),
    quote: callable('quote', ([name]) => `\`${String(name)}\``),
    quote_as_configured: callable('quote_as_configured', ([name]) => `\`${String(name)}\``),
    get_relation: callable('get_relation', async (positional, keywords) => {
      const [database, schema, identifier] = take(positional, keywords, ['database', 'schema', 'identifier']);
      const name = { database: String(database), schema: String(schema), identifier: String(identifier) };
      const table = await session.table(name);
      return table === undefined ? null : relationOf(name, typeOf(table));
    }),
    load_relation: callable('load_relation', async ([relation]) => {
      const table = await session.table(nameOf(relation));
      return table === undefined ? null : relationOf(nameOf(relation), typeOf(table));
    }),
    get_columns_in_relation: callable('get_columns_in_relation', async ([relation]) =>
      (await columns(relation)).map(columnObject),
    ),
    get_missing_columns: callable('get_missing_columns', async (positional, keywords) => {
      const [from, to] = take(positional, keywords, ['from_relation', 'to_relation']);
      const there = new Set((await columns(to)).map(({ name }) => name.toLowerCase()));
      return (await columns(from)).filter(({ name }) => !there.has(name.toLowerCase())).map(columnObject);
    }),
    list_relations: callable('list_relations', async (positional, keywords) => {
      const [database, schema] = take(positional, keywords, ['database', 'schema']);
      return (await session.tables(String(database), String(schema))).map((table) =>
        relationOf(pathName(table), typeOf(table)),
      );
    }),
    check_schema_exists: callable('check_schema_exists', async ([database, schema]) =>
      session.tables(String(database), String(schema)).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ArcosError && error.code === 'NOT_FOUND') return false;
          throw error;
        },
      ),
    ),
    create_schema: callable('create_schema', async ([relation]) => {
      const { database, schema } = relation instanceof Relation ? relation.parts : { database: null, schema: null };
      if (database === null || schema === null)
        throw new ArcosError('INVALID', 'create_schema() needs a relation with a dataset');
      await session.ensureDataset(database, schema);
      return '';
    }),
    drop_relation: callable('drop_relation', async ([relation]) => {
      const name = nameOf(relation);
      if ((await session.table(name)) !== undefined) await session.drop(name);
      return '';
    }),
    rename_relation: callable('rename_relation', async ([from, to]) => {
      await session.query(`ALTER TABLE ${quoteRelation(nameOf(from))} RENAME TO \`${nameOf(to).identifier}\``, 0);
      return '';
    }),
    truncate_relation: callable('truncate_relation', async ([relation]) => {
      await session.query(`TRUNCATE TABLE ${quoteRelation(nameOf(relation))}`, 0);
      return '';
    }),
    ...Object.fromEntries(NOTHING.map((name) => [name, callable(name, () => '')])),
    execute: callable('execute', async (positional, keywords) => {
      const [sql, , fetch] = take(positional, keywords, ['sql', 'auto_begin', 'fetch']);
      const result = await session.query(toText(sql), fetch === true ? undefined : 0);
      return Tuple.copy([result.statementType, tableOf(result)]);
    }),
  });
}

function take(positional: Positional, keywords: Keywords, names: readonly string[]): Value[] {
  return names.map((name, index) => positional[index] ?? keywords[name]);
}

function nameOf(relation: Value): RelationName {
  const name = relation instanceof Relation ? relation.path : undefined;
  if (name === undefined) {
    throw new ArcosError('INVALID', 'This needs a relation', { hint: 'Give it ref(...), source(...) or this.' });
  }
  return name;
}

function pathName({ path }: TableInfo): RelationName {
  return { database: path.project, schema: path.dataset, identifier: path.table };
}

function typeOf({ kind }: TableInfo): RelationType {
  return kind === 'native' ? 'table' : kind;
}

const NUMERIC = new Set(['INT64', 'NUMERIC', 'BIGNUMERIC', 'FLOAT64']);

function columnObject({ name, type }: ColumnInfo): HostObject {
  const dataType = typeName(type);
  return new HostObject(
    'BigQueryColumn',
    {
      name,
      column: name,
      quoted: `\`${name}\``,
      dtype: type.kind,
      data_type: dataType,
      mode: type.kind === 'ARRAY' ? 'REPEATED' : 'NULLABLE',
      is_string: callable('is_string', () => type.kind === 'STRING'),
      // BigQuery's texts have no length of their own.
      string_size: callable('string_size', () => 16_777_216),
      is_number: callable('is_number', () => NUMERIC.has(type.kind)),
      is_numeric: callable('is_numeric', () => type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC'),
      is_integer: callable('is_integer', () => type.kind === 'INT64'),
      is_float: callable('is_float', () => type.kind === 'FLOAT64'),
    },
    () => `<BigQueryColumn ${name} (${dataType})>`,
  );
}
