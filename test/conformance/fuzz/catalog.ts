import type { Catalog, ColumnInfo, NativeRelation } from '../../../src/sql/catalog.ts';
import { duckdbType, quoteName } from '../../../src/sql/duckdb.ts';
import type { ScalarName, SqlType } from '../../../src/sql/type.ts';

/** Types that statements are made of, with a column of each in every table and constants to write. */
export const CONSTANTS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  INT64: ['0', '1', '-7', '9223372036854775807', '0x1F'],
  FLOAT64: ['0.5', '-1e308', "CAST('nan' AS FLOAT64)", '3.'],
  NUMERIC: ["NUMERIC '1.5'", "NUMERIC '-99999999999999999999999999999.999999999'"],
  BOOL: ['TRUE', 'FALSE'],
  STRING: ["'a'", "''", "r'\\d+'", '"""x\ny"""', "'%Y-%m-%d'", "'2024-02-29'", "'ção'"],
  BYTES: ["b'ab'", "b'\\xff'"],
  DATE: ["DATE '2024-02-29'", "DATE '0001-01-01'"],
  DATETIME: ["DATETIME '2024-02-29 23:59:59.999999'"],
  TIME: ["TIME '12:30:00'"],
  TIMESTAMP: ["TIMESTAMP '2024-02-29 12:00:00-03:00'"],
  INTERVAL: ['INTERVAL 1 DAY', "INTERVAL '1-2 3 4:5:6' YEAR TO SECOND"],
  JSON: [`JSON '{"a": [1, "x", null]}'`, "JSON 'null'"],
  GEOGRAPHY: ['ST_GEOGPOINT(-43.2, -22.9)', "ST_GEOGFROMTEXT('POLYGON((0 0, 1 0, 1 1, 0 0))')"],
};

export const SCALARS = Object.keys(CONSTANTS) as [ScalarName, ...ScalarName[]];

const COLUMNS: readonly ColumnInfo[] = [
  ...SCALARS.map((kind) => column(kind.toLowerCase(), { kind })),
  column('ints', { kind: 'ARRAY', element: { kind: 'INT64' } }),
  column('texts', { kind: 'ARRAY', element: { kind: 'STRING' } }),
  column('item', {
    kind: 'STRUCT',
    fields: [
      { name: 'name', type: { kind: 'STRING' } },
      { name: 'price', type: { kind: 'NUMERIC' } },
    ],
  }),
];

function column(name: string, type: SqlType): ColumnInfo {
  return { name: `c_${name}`, type, nullable: true };
}

export const TABLES = ['one', 'two'] as const;

const RELATIONS: readonly NativeRelation[] = TABLES.map((table) => ({
  kind: 'native',
  path: { project: 'rio', dataset: 'd', table },
  columns: COLUMNS,
  engineName: `memory.main.${quoteName(`fuzz_${table}`)}`,
}));

export const CATALOG: Catalog = {
  relation: ({ project, dataset, table }) =>
    RELATIONS.find(({ path }) => path.project === project && path.dataset === dataset && path.table === table),
  neighbours: () => [...TABLES],
};

/** Statements that make the tables in an engine, empty. */
export const DEFINITIONS: readonly string[] = RELATIONS.map(({ engineName, columns }) => {
  const definitions = columns.map(({ name, type }) => `${quoteName(name)} ${duckdbType(type)}`);
  return `CREATE TABLE ${engineName} (${definitions.join(', ')})`;
});
