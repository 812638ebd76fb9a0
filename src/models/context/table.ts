import { callable, HostObject, Tuple, type Value } from '../../jinja/jinja.ts';
import { typeName } from '../../sql/type.ts';
import type { QueryResult } from '../../warehouse/port.ts';

/** Rows as templates hold them: the parts of an agate table that dbt's projects use. */
export function tableOf(result: Pick<QueryResult, 'columns' | 'rows'>): HostObject {
  const names = result.columns.map(({ name }) => name);
  const rows = result.rows.map((row) =>
    rowOf(
      names,
      names.map((name) => row[name] ?? null),
    ),
  );
  const columns = result.columns.map(({ name }) => {
    const values = result.rows.map((row): Value => row[name] ?? null);
    return sequence('Column', values, {
      name,
      values: callable('values', () => Tuple.copy(values)),
      values_without_nulls: callable('values_without_nulls', () =>
        Tuple.copy(values.filter((value) => value !== null)),
      ),
    });
  });
  const byName = Object.fromEntries(names.map((name, index) => [name, columns[index]]));
  return new HostObject(
    'Table',
    {
      columns: sequence('MappedSequence', columns, mappingOf(byName), byName),
      rows: sequence('MappedSequence', rows, {}),
      column_names: Tuple.copy(names),
      column_types: Tuple.copy(result.columns.map(({ type }) => typeName(type))),
      print_table: callable('print_table', () => null),
    },
    undefined,
    { iterate: () => rows, length: () => rows.length, truth: () => true },
  );
}

function rowOf(names: readonly string[], values: readonly Value[]): HostObject {
  const byName = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  return sequence('Row', values, mappingOf(byName), byName);
}

function mappingOf(byName: Readonly<Record<string, Value>>): Record<string, Value> {
  return {
    keys: callable('keys', () => Object.keys(byName)),
    values: callable('values', () => Tuple.copy(Object.values(byName))),
    items: callable('items', () => Object.entries(byName).map((entry) => Tuple.copy(entry))),
    dict: callable('dict', () => ({ ...byName })),
    get: callable('get', ([key, otherwise = null]) => byName[String(key)] ?? otherwise),
  };
}

/** Something to walk, count and index by number or name. */
function sequence(
  typeName: string,
  values: readonly Value[],
  members: Readonly<Record<string, Value>>,
  byName: Readonly<Record<string, Value>> = {},
): HostObject {
  return new HostObject(typeName, { ...byName, ...members }, undefined, {
    iterate: () => values,
    length: () => values.length,
    item: (key) => (typeof key === 'number' ? values.at(key) : byName[String(key)]),
    contains: (item) => values.includes(item) || (typeof item === 'string' && item in byName),
  });
}
