import { expect, test } from 'vitest';
import { bind, type Session } from './bind.ts';
import type { NativeRelation } from './catalog.ts';
import { loadCatalog } from './load.ts';
import { parseScript } from './parse.ts';
import { namesOf } from './relations.ts';
import { typeName } from './type.ts';

const PEOPLE: NativeRelation = {
  kind: 'native',
  path: { project: 'rio', dataset: 'registry', table: 'people' },
  engineName: 'people',
  columns: [
    { name: 'name', type: { kind: 'STRING' }, nullable: true },
    { name: 'age', type: { kind: 'INT64' }, nullable: true },
    { name: 'born', type: { kind: 'DATE' }, nullable: true },
    { name: 'home', type: { kind: 'STRUCT', fields: [{ name: 'street', type: { kind: 'STRING' } }] }, nullable: true },
  ],
};

const SESSION: Session = { defaults: { project: 'rio', dataset: 'registry' } };

async function bound(text: string) {
  const [statement] = parseScript(text).script.statements;
  if (statement === undefined) throw new Error(`not a statement: ${text}`);
  const catalog = await loadCatalog(namesOf(statement, SESSION.defaults), {
    relation: async ({ table }) => (table === 'people' ? PEOPLE : undefined),
    routine: async () => undefined,
  });
  return bind(text, statement, catalog, SESSION, 'model.sql');
}

const faultsOf = async (text: string) =>
  (await bound(text)).faults.map(({ code, line, column, hint }) => ({
    code,
    at: `${line}:${column}`,
    ...(hint === undefined ? {} : { hint }),
  }));

test.each([
  ['SELECT nme FROM people', { code: 'sql/unknown-column', at: '1:8', hint: 'Did you mean name?' }],
  ['SELECT p.agee FROM people AS p', { code: 'sql/unknown-column', at: '1:10', hint: 'Did you mean age?' }],
  ['SELECT home.stret FROM people', { code: 'sql/no-field', at: '1:13', hint: 'Did you mean street?' }],
  ['SELECT lenght(name) FROM people', { code: 'sql/unknown-function', at: '1:8', hint: 'Did you mean LENGTH?' }],
  ['SELECT CAST(age AS STRNG) FROM people', { code: 'sql/type', at: '1:20', hint: 'Did you mean STRING?' }],
  ['SELECT 1\nFROM peple', { code: 'sql/unknown-table', at: '2:6' }],
  ['SELECT age + name FROM people', { code: 'sql/no-signature', at: '1:8' }],
  ['SELECT age FROM people WHERE name', { code: 'sql/type-mismatch', at: '1:30' }],
  ['SELECT age FROM people WHERE SUM(age) > 1', { code: 'sql/aggregate', at: '1:30' }],
  ['SELECT ROW_NUMBER() FROM people', { code: 'sql/analytic', at: '1:8' }],
  ['SELECT DATE_TRUNC(born, HOUR) FROM people', { code: 'sql/date-part', at: '1:8' }],
  ['SELECT CAST(born AS INT64) FROM people', { code: 'sql/cast', at: '1:8' }],
  ['SELECT @unknown', { code: 'sql/parameter', at: '1:8' }],
])('%j is refused', async (text, fault) => {
  expect(await faultsOf(text)).toEqual([expect.objectContaining(fault)]);
});

test('several faults of a statement are told at once', async () => {
  const faults = await faultsOf('SELECT lenght(name), agee FROM people WHERE nme = 1');
  expect(faults.map(({ at }) => at).sort()).toEqual(['1:22', '1:45', '1:8']);
});

test('a column that is neither grouped nor aggregated is told with the way out', async () => {
  const { faults } = await bound('SELECT name, SUM(age) FROM people');
  expect(faults).toEqual([
    expect.objectContaining({ code: 'sql/group', file: 'model.sql', hint: expect.stringMatching('GROUP BY') }),
  ]);
});

test.each([
  ['1', 'INT64'],
  ['1.5', 'FLOAT64'],
  ['7 / 2', 'FLOAT64'],
  ["NUMERIC '1' / 2", 'NUMERIC'],
  ["NUMERIC '1' + BIGNUMERIC '2'", 'BIGNUMERIC'],
  ["age + NUMERIC '2'", 'NUMERIC'],
  ['[1, 2.5]', 'ARRAY<FLOAT64>'],
  ["IF(TRUE, 1, NUMERIC '1')", 'NUMERIC'],
  ["COALESCE(NULL, 'a')", 'STRING'],
  ["born < '2024-01-01'", 'BOOL'],
  ['born + INTERVAL 1 MONTH', 'DATETIME'],
  ['born - DATE "2020-01-01"', 'INTERVAL'],
  ['AVG(age)', 'FLOAT64'],
  ['SUM(age)', 'INT64'],
  ['ARRAY_AGG(home)', 'ARRAY<STRUCT<street STRING>>'],
  ['APPROX_TOP_COUNT(name, 3)', 'ARRAY<STRUCT<value STRING, count INT64>>'],
  ["JSON '{}'.a[0]", 'JSON'],
  ["STRUCT(1 AS a, 'x')", 'STRUCT<a INT64, STRING>'],
  ['RANGE(born, NULL)', 'RANGE<DATE>'],
  ['ROUND(age)', 'FLOAT64'],
  ["JSON_SET(JSON '{}', '$.a', 1, '$.b', 2, create_if_missing => FALSE)", 'JSON'],
])('%s is %s', async (expression, type) => {
  const { bound: statement, faults } = await bound(
    `SELECT ${expression} AS value FROM people${/\b(AVG|SUM|ARRAY_AGG|APPROX_TOP_COUNT)\(/.test(expression) ? '' : ' LIMIT 1'}`,
  );
  expect(faults).toEqual([]);
  expect(statement?.kind === 'query' && statement.columns.map((column) => typeName(column.type))).toEqual([type]);
});

test('a statement tells the tables that it reads', async () => {
  const { bound: statement } = await bound(
    'WITH a AS (SELECT * FROM people) SELECT COUNT(*) FROM a, registry.people AS b',
  );
  expect(statement?.kind === 'query' && [...new Set(statement.reads.map(({ table }) => table))]).toEqual(['people']);
});

test('a function of BigQuery that is not to be had says so, and why', async () => {
  const { faults } = await bound("SELECT AEAD.ENCRYPT(b'', 'x', 'y'), NET.REG_DOMAIN(name) FROM people");
  expect(faults).toEqual([
    expect.objectContaining({
      code: 'sql/unsupported',
      message: expect.stringMatching(/^Function AEAD\.ENCRYPT is not/),
    }),
    expect.objectContaining({
      code: 'sql/unsupported',
      message: expect.stringMatching(/^Function NET\.REG_DOMAIN is/),
    }),
  ]);
});
