import { expect, test } from 'vitest';
import { bind, type Session } from './bind.ts';
import type { ColumnInfo, Relation } from './catalog.ts';
import { type ColumnSource, lineageOf } from './lineage.ts';
import { loadCatalog } from './load.ts';
import { parseScript } from './parse.ts';
import { namesOf } from './relations.ts';
import { arrayOf, INT64, type SqlType, STRING } from './type.ts';

const SESSION: Session = { defaults: { project: 'rio', dataset: 'd' } };

function columns(types: Readonly<Record<string, SqlType>>): ColumnInfo[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, nullable: true }));
}

const path = (table: string) => ({ project: 'rio', dataset: 'd', table });
const RELATIONS: Readonly<Record<string, Relation>> = {
  calls: {
    kind: 'native',
    path: path('calls'),
    engineName: 'calls',
    columns: columns({ id: INT64, kind: STRING, district: INT64, tags: arrayOf(STRING) }),
  },
  districts: {
    kind: 'native',
    path: path('districts'),
    engineName: 'districts',
    columns: columns({ id: INT64, name: STRING, part_of: INT64 }),
  },
  policed: {
    kind: 'native',
    path: path('policed'),
    engineName: 'policed',
    columns: columns({ id: INT64, owner: STRING }),
    rowFilters: ['owner = "x"'],
  },
  named: {
    kind: 'view',
    path: path('named'),
    columns: columns({ nome: STRING }),
    query: 'SELECT name FROM d.districts',
  },
};

async function lineage(text: string) {
  const [statement] = parseScript(text).script.statements;
  if (statement === undefined) throw new Error(`not a statement: ${text}`);
  const catalog = await loadCatalog(namesOf(statement, SESSION.defaults), {
    relation: async ({ table }) => RELATIONS[table],
    routine: async ({ routine }) =>
      routine === 'twice'
        ? {
            kind: 'function',
            path: { project: 'rio', dataset: 'd', routine },
            parameters: [{ name: 'x', type: INT64 }],
            body: 'x * 2',
            language: 'SQL',
            aggregate: false,
          }
        : undefined,
  });
  const { bound, faults } = bind(text, statement, catalog, SESSION);
  if (bound === undefined) throw new Error(faults.map(({ message }) => message).join('\n'));
  const found = lineageOf(bound);
  return {
    ...(found.target === undefined ? {} : { target: found.target.table }),
    columns: found.columns.map(({ column, sources }) => `${column ?? '?'} <- ${written(sources)}`),
    rows: written(found.rows),
  };
}

const written = (sources: readonly ColumnSource[]): string =>
  sources.map(({ table, column, uses }) => `${table.table}.${column} ${uses.join('+')}`).join(', ');

test.each([
  ['SELECT id AS n, kind FROM calls', ['n <- calls.id identity', 'kind <- calls.kind identity'], ''],
  ['SELECT UPPER(kind) AS k FROM calls WHERE id > 1', ['k <- calls.kind transformation'], 'calls.id filter'],
  [
    'SELECT d.name, COUNT(c.id) AS n FROM calls AS c JOIN districts AS d ON c.district = d.id GROUP BY d.name',
    ['name <- districts.name identity', 'n <- calls.id aggregation'],
    'calls.district join, districts.id join, districts.name group_by',
  ],
  ['SELECT * FROM (SELECT id + 1 AS a FROM calls) ORDER BY a', ['a <- calls.id transformation'], 'calls.id sort'],
  [
    'WITH q AS (SELECT district, SUM(id) AS s FROM calls GROUP BY district) SELECT s * 2 AS t, 1 AS one FROM q',
    ['t <- calls.id aggregation', 'one <- '],
    'calls.district group_by',
  ],
  [
    'SELECT IF(kind = "x", id, district) AS v, CASE WHEN id = 1 THEN kind END AS w FROM calls',
    [
      'v <- calls.id transformation, calls.district transformation, calls.kind conditional',
      'w <- calls.id conditional, calls.kind transformation',
    ],
    '',
  ],
  [
    'SELECT RANK() OVER (PARTITION BY kind ORDER BY id) AS r FROM calls',
    ['r <- calls.kind window, calls.id window'],
    '',
  ],
  [
    'SELECT id FROM calls UNION ALL SELECT part_of FROM districts',
    ['id <- calls.id identity, districts.part_of identity'],
    '',
  ],
  ['SELECT id FROM calls EXCEPT DISTINCT SELECT id FROM districts', ['id <- calls.id identity'], 'districts.id filter'],
  ['SELECT tag FROM calls, UNNEST(tags) AS tag', ['tag <- calls.tags transformation'], 'calls.tags join'],
  ['SELECT nome FROM named', ['nome <- named.nome identity'], ''],
  ['SELECT id FROM policed', ['id <- policed.id identity'], ''],
  ['SELECT d.twice(id) AS n FROM calls', ['n <- calls.id transformation'], ''],
  [
    'SELECT (SELECT name FROM districts AS d WHERE d.id = c.district) AS n FROM calls AS c',
    ['n <- districts.id filter, calls.district filter, districts.name transformation'],
    '',
  ],
  [
    'SELECT id FROM calls AS c WHERE EXISTS (SELECT name FROM districts AS d WHERE d.id = c.district)',
    ['id <- calls.id identity'],
    'districts.id filter, calls.district filter',
  ],
  [
    `WITH RECURSIVE up AS (SELECT id, part_of FROM districts UNION ALL
       SELECT up.part_of, d.part_of FROM up JOIN districts AS d ON up.part_of = d.id) SELECT id FROM up`,
    ['id <- districts.id identity, districts.part_of identity'],
    'districts.id join, districts.part_of join',
  ],
  [
    'FROM calls |> WHERE id > 1 |> EXTEND LENGTH(kind) AS l |> SELECT l',
    ['l <- calls.kind transformation'],
    'calls.id filter',
  ],
])('%s', async (text, from, rows) => {
  expect(await lineage(text)).toEqual({ columns: from, rows });
});

test.each([
  ['CREATE TABLE d.t AS SELECT id AS n FROM calls', { target: 't', columns: ['n <- calls.id identity'], rows: '' }],
  ['CREATE VIEW d.t (m) AS SELECT id AS n FROM calls', { target: 't', columns: ['m <- calls.id identity'], rows: '' }],
  [
    'INSERT INTO districts (name, id) SELECT kind, id FROM calls',
    { target: 'districts', columns: ['name <- calls.kind identity', 'id <- calls.id identity'], rows: '' },
  ],
  [
    'UPDATE districts SET name = c.kind FROM calls AS c WHERE c.district = districts.id',
    {
      target: 'districts',
      columns: ['name <- calls.kind identity'],
      rows: 'calls.district filter, districts.id filter',
    },
  ],
  [
    `MERGE districts AS t USING calls AS s ON t.id = s.district
       WHEN MATCHED AND s.id > 1 THEN UPDATE SET name = CONCAT(t.name, s.kind)
       WHEN NOT MATCHED THEN INSERT (name) VALUES (s.kind)`,
    {
      target: 'districts',
      columns: ['name <- districts.name transformation, calls.kind identity+transformation'],
      rows: 'districts.id join, calls.district join, calls.id filter',
    },
  ],
])('%s', async (text, expected) => {
  expect(await lineage(text)).toEqual(expected);
});
