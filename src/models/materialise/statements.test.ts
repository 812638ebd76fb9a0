import { describe, expect, test } from 'vitest';
import { parseScript } from '../../sql/parse.ts';
import { INT64, STRING } from '../../sql/type.ts';
import { completeConfig } from '../config.ts';
import { partitionBy, partitionOf } from './layout.ts';
import { createTable, createView, insertRows, mergeRows, overwritePartitions } from './statements.ts';

const relation = { database: 'rj-escritorio', schema: 'dados', identifier: 'chamado' };
const node = (config: Readonly<Record<string, unknown>>) => ({
  relation,
  config: completeConfig([config], 'table'),
  description: 'Chamados "1746"',
  columns: [
    { name: 'id', description: 'Chave\ndo chamado', dataType: null, quote: null, constraints: [], tags: [], meta: {} },
  ],
});
const COLUMNS = [
  { name: 'ID', type: INT64, nullable: true },
  { name: 'tipo', type: STRING, nullable: true },
];

/** As our own parser reads it: without faults. */
function valid(sql: string): string {
  expect(parseScript(sql).faults).toEqual([]);
  return sql;
}

test('a table with everything', () => {
  const config = {
    partition_by: { field: 'data', data_type: 'date', granularity: 'month' },
    cluster_by: ['tipo', 'id'],
    labels: { tema: 'serviço' },
    persist_docs: { relation: true, columns: true },
    require_partition_filter: true,
  };
  expect(valid(createTable(node(config), 'SELECT 1', COLUMNS))).toMatchInlineSnapshot(`
    "CREATE OR REPLACE TABLE \`rj-escritorio\`.\`dados\`.\`chamado\` (
      \`ID\` INT64 OPTIONS(description = "Chave\\ndo chamado"),
      \`tipo\` STRING
    )
    PARTITION BY DATE_TRUNC(\`data\`, MONTH)
    CLUSTER BY \`tipo\`, \`id\`
    OPTIONS(description = "Chamados \\"1746\\"", labels = [("tema", "serviço")], require_partition_filter = TRUE)
    AS (
    SELECT 1
    )"
  `);
});

test('a view, rows added, merged and overwritten', () => {
  valid(createView(node({ persist_docs: { columns: true } }), 'SELECT 1', COLUMNS));
  valid(insertRows(relation, 'SELECT 1', ['id']));
  const merge = valid(
    mergeRows(relation, 'SELECT 1', {
      columns: ['id', 'x'],
      uniqueKey: ['id', 'dia'],
      update: ['x'],
      predicates: ['DBT_INTERNAL_DEST.dia > "2024-01-01"'],
    }),
  );
  expect(merge).toContain(
    'ON (DBT_INTERNAL_DEST.dia > "2024-01-01") AND (DBT_INTERNAL_SOURCE.`id` = DBT_INTERNAL_DEST.`id`)',
  );
  expect(merge).toContain('UPDATE SET\n  `x` = DBT_INTERNAL_SOURCE.`x`\n');
  const partition = partitionBy(completeConfig([{ partition_by: { field: 'dia' } }], 'incremental'));
  if (partition === undefined) throw new Error('no partition');
  expect(valid(overwritePartitions(relation, 'SELECT 1', ['id'], partition, ["DATE '2024-01-01'"]))).toContain(
    "WHEN NOT MATCHED BY SOURCE AND DBT_INTERNAL_DEST.`dia` IN (DATE '2024-01-01') THEN DELETE",
  );
});

describe('partition_by', () => {
  const of = (written: unknown) => {
    const partition = partitionBy(completeConfig([{ partition_by: written }], 'table'));
    return partition && partitionOf(partition);
  };
  test.each([
    [{ field: 'd' }, '`d`'],
    [{ field: 'd', data_type: 'DATE', granularity: 'YEAR' }, 'DATE_TRUNC(`d`, YEAR)'],
    [{ field: 'd', data_type: 'timestamp' }, 'TIMESTAMP_TRUNC(`d`, DAY)'],
    [{ field: 'd', data_type: 'datetime', granularity: 'hour' }, 'DATETIME_TRUNC(`d`, HOUR)'],
    [
      { field: 'n', data_type: 'int64', range: { start: 0, end: 100, interval: 10 } },
      'RANGE_BUCKET(`n`, GENERATE_ARRAY(0, 100, 10))',
    ],
    [undefined, undefined],
  ])('%j', (written, expression) => {
    expect(of(written)).toBe(expression);
  });
  test.each([
    [{ data_type: 'date' }, /needs a field/],
    [{ field: 'n', data_type: 'int64' }, /needs a range/],
    [{ field: 's', data_type: 'string' }, /cannot be partitioned by a STRING/],
  ])('%j is refused', (written, message) => {
    expect(() => of(written)).toThrow(message);
  });
});
