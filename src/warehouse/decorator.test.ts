import { expect, test } from 'vitest';
import type { Partitioning } from '../sql/catalog.ts';
import { DATE, INT64, TIMESTAMP } from '../sql/type.ts';
import { decorated, decoratedFrom, partitionCondition } from './decorator.ts';
import type { TableInfo } from './port.ts';

const path = (table: string) => ({ project: 'rio', dataset: 'd', table });

function info(partitioning?: Partitioning): TableInfo {
  const columns = [
    { name: 'dia', type: DATE, nullable: true },
    { name: 'em', type: TIMESTAMP, nullable: true },
    { name: 'n', type: INT64, nullable: true },
  ];
  const now = new Date(0);
  return {
    path: path('t'),
    kind: 'native',
    columns,
    labels: {},
    createdAt: now,
    modifiedAt: now,
    ...(partitioning === undefined ? {} : { partitioning }),
  };
}

test('a name may say which partition or moment it means', () => {
  const plain = path('t');
  expect(decorated(plain).path).toBe(plain);
  expect(decorated(path('t$202401'))).toEqual({ path: plain, partition: '202401' });
  expect(decorated(path('t$__NULL__'))).toEqual({ path: plain, partition: '__NULL__' });
  expect(decorated(path('t@-60000'))).toEqual({ path: plain, at: -60_000 });
  for (const wrong of ['t$', 't$2024-01', 't$1) OR (TRUE', 't@', 't@ontem', 't$__PARTITIONS_SUMMARY__'])
    expect(() => decorated(path(wrong))).toThrow('Invalid table decorator');
  expect(decoratedFrom({ path: plain, at: -1000 }, info(), new Date(5000))).toBe(
    '`rio.d.t` FOR SYSTEM_TIME AS OF TIMESTAMP_MILLIS(4000)',
  );
});

test('a partition is a condition on its column', () => {
  const by = (unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR', column: string) => info({ kind: 'time', unit, column });
  expect(partitionCondition(by('MONTH', 'dia'), '202412')).toBe(
    "(`dia` >= DATE '2024-12-01' AND `dia` < DATE(DATETIME_ADD(DATETIME '2024-12-01 00:00:00', INTERVAL 1 MONTH)))",
  );
  expect(partitionCondition(by('HOUR', 'em'), '2024123123')).toBe(
    "(`em` >= TIMESTAMP '2024-12-31 23:00:00+00' AND `em` < TIMESTAMP(DATETIME_ADD(DATETIME '2024-12-31 23:00:00', INTERVAL 1 HOUR), 'UTC'))",
  );
  expect(partitionCondition(by('DAY', 'dia'), '__NULL__')).toBe('`dia` IS NULL');
  const ranges = info({ kind: 'range', column: 'n', start: 0, end: 25, interval: 10 });
  expect(partitionCondition(ranges, '20')).toBe('(`n` >= 20 AND `n` < 25)');
  for (const [table, id] of [
    [info(), '20240101'],
    [by('DAY', 'dia'), '202401'],
    [ranges, '5'],
    [ranges, '30'],
  ] as const)
    expect(() => partitionCondition(table, id)).toThrow(`Invalid partition ${id}`);
});
