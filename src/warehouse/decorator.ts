import { ArcosError } from '../base/errors.ts';
import type { ColumnInfo, Partitioning, TablePath } from '../sql/catalog.ts';
import type { TableInfo } from './port.ts';
import { displayName } from './tablename.ts';

/** A table with what its name says of its rows: `chamado$20240131`, a partition, or `chamado@-3600000`, a moment. */
export interface Decorated {
  readonly path: TablePath;
  /** A partition as BigQuery names it: `2024`, `202401`, `20240131`, `2024013123`, a range's start, `__NULL__`. */
  readonly partition?: string;
  /** Milliseconds since 1970, or, negative, before now. */
  readonly at?: number;
}

/** Throws INVALID for a decorator that there is not. */
export function decorated(path: TablePath): Decorated {
  const [, table = '', sign, decorator = ''] = /^([^$@]*)([$@])(.*)$/s.exec(path.table) ?? [];
  if (sign === undefined) return { path };
  const base = { path: { ...path, table } };
  if (sign === '$' && /^(-?\d+|__NULL__)$/.test(decorator)) return { ...base, partition: decorator };
  if (sign === '@' && /^-?\d+$/.test(decorator)) return { ...base, at: Number(decorator) };
  throw new ArcosError('INVALID', `Invalid table decorator in ${path.table}`, {
    hint: 'Write TABLE$20240131 for a partition, TABLE@-3600000 for the table as it was an hour ago.',
    data: { reason: 'invalid' },
  });
}

/** What stands behind FROM for the rows that a decorated name means. Throws INVALID for a partition that the table has not. */
export function decoratedFrom({ path, partition, at }: Decorated, info: TableInfo | undefined, now: Date): string {
  const { project, dataset, table } = path;
  const moment = at === undefined ? undefined : at < 0 || Object.is(at, -0) ? now.getTime() + at : at;
  const then = moment === undefined ? '' : ` FOR SYSTEM_TIME AS OF TIMESTAMP_MILLIS(${moment})`;
  const where = partition === undefined || info === undefined ? '' : ` WHERE ${partitionCondition(info, partition)}`;
  return `\`${project}.${dataset}.${table}\`${then}${where}`;
}

/** GoogleSQL that holds for the rows of a partition. Throws INVALID. */
export function partitionCondition(info: TableInfo, id: string): string {
  const { partitioning } = info;
  if (partitioning === undefined) throw wrong(info, id, 'the table is not partitioned');
  const column = partitioning.kind === 'ingestion' ? '_PARTITIONTIME' : `\`${partitioning.column}\``;
  if (id === '__NULL__') return `${column} IS NULL`;
  if (partitioning.kind === 'range') {
    const { start, end, interval } = partitioning;
    const from = Number(id);
    if (from < start || from >= end || (from - start) % interval !== 0) throw wrong(info, id, 'no range begins there');
    return `(${column} >= ${from} AND ${column} < ${Math.min(from + interval, end)})`;
  }
  const literal = momentOf(partitioning, id, typeOf(info.columns, partitioning));
  if (literal === undefined) throw wrong(info, id, `it is partitioned by ${partitioning.unit}`);
  return `(${column} >= ${literal.from} AND ${column} < ${literal.to})`;
}

/** Value of _PARTITIONTIME for rows that go into a partition of a table by the time of ingestion. */
export function ingestionTime(info: TableInfo, id: string): string | undefined {
  const { partitioning } = info;
  if (partitioning?.kind !== 'ingestion') return undefined;
  if (id === '__NULL__') throw wrong(info, id, 'rows without a time of ingestion cannot be written');
  return momentOf(partitioning, id, 'TIMESTAMP')?.from ?? partitionCondition(info, id);
}

function typeOf(columns: readonly ColumnInfo[], partitioning: Partitioning): string {
  if (partitioning.kind !== 'time') return 'TIMESTAMP';
  return columns.find(({ name }) => name.toLowerCase() === partitioning.column.toLowerCase())?.type.kind ?? 'DATE';
}

const LENGTHS = { YEAR: 4, MONTH: 6, DAY: 8, HOUR: 10 } as const;

/** Where a partition begins and where the next one does, as literals; undefined for an id of another unit. */
function momentOf({ unit }: Extract<Partitioning, { unit: string }>, id: string, type: string) {
  if (id.length !== LENGTHS[unit] || !/^\d+$/.test(id)) return undefined;
  const part = (from: number, to: number, otherwise: string) => id.slice(from, to) || otherwise;
  const day = `${part(0, 4, '')}-${part(4, 6, '01')}-${part(6, 8, '01')}`;
  const text = type === 'DATE' ? day : `${day} ${part(8, 10, '00')}:00:00`;
  const from = `${type} '${text}${type === 'TIMESTAMP' ? '+00' : ''}'`;
  // TIMESTAMP_ADD knows no months: its days are those of UTC.
  const next = `DATETIME_ADD(DATETIME '${day} ${part(8, 10, '00')}:00:00', INTERVAL 1 ${unit})`;
  return { from, to: type === 'DATETIME' ? next : type === 'DATE' ? `DATE(${next})` : `TIMESTAMP(${next}, 'UTC')` };
}

function wrong({ path }: TableInfo, id: string, why: string): ArcosError {
  return new ArcosError('INVALID', `Invalid partition ${id} of table ${displayName(path)}: ${why}`, {
    data: { reason: 'invalid' },
  });
}
