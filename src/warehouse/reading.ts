import { ArcosError } from '../base/errors.ts';
import type { BoundExpression, BoundQuery, BoundStatement } from '../sql/bound.ts';
import { TEMPORARY_DATASET } from '../sql/catalog.ts';
import { emitQuery, quoteName } from '../sql/duckdb.ts';
import { type Scan, scansOf } from '../sql/scans.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import type { LakeFile } from './catalog/external.ts';
import { type KnownCondition, mayHold, within } from './catalog/prune.ts';
import type { Runner } from './engines/duckdb/engine.ts';

/**
 * Bytes that a statement reads: of the columns that it needs, in the files that can hold rows it asks for, by the
 * statistics of the files. `on` evaluates what its conditions compare with; without it only what is written out counts.
 * Throws INVALID for a table that is to be read by partition alone and is not.
 */
export async function bytesRead(catalog: WarehouseCatalog, bound: BoundStatement, on?: Runner): Promise<number> {
  const scans = scansOf(bound);
  for (const scan of scans) demandPartition(scan);
  const sizes = await Promise.all(scans.map((scan) => bytesOf(catalog, scan, on)));
  return sizes.reduce((total, bytes) => total + bytes, 0);
}

/** Throws INVALID for a query that would read more than its sender wants to pay for (BigQuery, maximumBytesBilled). */
export function demandWithin(bytes: number, most: number | undefined): void {
  if (most === undefined || bytes <= most) return;
  throw new ArcosError('INVALID', `Query exceeded limit for bytes billed: ${most}. ${bytes} or higher required.`, {
    hint: 'Ask for fewer columns or partitions, or raise the limit.',
    data: { reason: 'bytesBilledLimitExceeded' },
  });
}

async function bytesOf(catalog: WarehouseCatalog, scan: Scan, on: Runner | undefined): Promise<number> {
  const { relation, columns } = scan;
  if (relation.kind === 'external') return externalBytes(scan);
  if (relation.path.dataset === TEMPORARY_DATASET || columns.size === 0) return 0;
  const files = await catalog.statistics(relation.path);
  const conditions = files.length > 1 ? await evaluate(scan, on) : [];
  return files
    .filter((file) => mayHold(file, conditions))
    .flatMap((file) => [...columns].map((column) => file.get(column)?.bytes ?? 0))
    .reduce((total, bytes) => total + bytes, 0);
}

/** Files in folders that are not asked for are left out; the others are read whole. */
async function externalBytes(scan: Scan): Promise<number> {
  if (scan.relation.kind !== 'external') return 0;
  const { files, partitionKeys } = scan.relation;
  const conditions = (await evaluate(scan, undefined)).filter(({ column }) => partitionKeys.includes(column));
  return files
    .filter(({ partition }) =>
      conditions.every((condition) => {
        const value = partition[condition.column];
        return value === undefined || within(condition, value, value);
      }),
    )
    .reduce((total, file) => total + ((file as Partial<LakeFile>).size ?? 0), 0);
}

/** A scan's conditions with the values that they compare with; those whose values nobody can tell are left out. */
async function evaluate({ relation, conditions }: Scan, on: Runner | undefined): Promise<KnownCondition[]> {
  const typed = conditions.flatMap(({ column, day, operator, values }) => {
    const type = relation.columns.find(({ name }) => name === column)?.type ?? INSTANT;
    return [{ column, day, operator, type: day ? { kind: 'DATE' as const } : type, values }];
  });
  const written = typed.map(({ values }) => values.map(writtenValue));
  const open = typed.flatMap(({ values }, index) => values.filter((_, at) => written[index]?.[at] === undefined));
  const told = open.length === 0 || on === undefined ? [] : await ask(on, open);
  return typed.flatMap((condition, index) => {
    const values = condition.values.map((value, at) => {
      const known = written[index]?.[at];
      return known === undefined ? told[open.indexOf(value)] : known;
    });
    return values.includes(undefined) ? [] : [{ ...condition, values: values.map((value) => value ?? null) }];
  });
}

/** Of a pseudo column. */
const INSTANT = { kind: 'TIMESTAMP' } as const;

/** The text of a value that is written out; undefined for what has to be computed. */
function writtenValue(node: BoundExpression): string | null | undefined {
  if (node.kind === 'cast') {
    const value = writtenValue(node.operand);
    if (node.operand.kind !== 'literal' || typeof value !== 'string') return undefined;
    const plain = node.type.kind === 'DATE' ? /^\d{4}-\d\d-\d\d$/.test(value) : node.operand.type.kind === 'INT64';
    return plain && (node.type.kind === 'DATE' || /^(NUMERIC|BIGNUMERIC|FLOAT64)$/.test(node.type.kind))
      ? value
      : undefined;
  }
  if (node.kind !== 'literal') return undefined;
  if (node.value === null) return null;
  const plain = node.type.kind === 'INT64' || node.type.kind === 'STRING' || node.type.kind === 'DATE';
  return plain && typeof node.value === 'string' ? node.value : undefined;
}

/** Constant expressions as DuckDB writes their values. */
export async function ask(on: Runner, expressions: readonly BoundExpression[]): Promise<(string | null | undefined)[]> {
  const columns = expressions.map(({ type }, index) => ({ key: `k${index}`, type }));
  const body = { kind: 'select' as const, distinct: false, items: expressions };
  const query: BoundQuery = { ctes: [], recursive: false, body, orderBy: [], columns, valueTable: false };
  const texts = columns.map(({ key }) => `CAST(${quoteName(key)} AS VARCHAR)`);
  const result = {
    sql: emitQuery(query),
    forms: [`CAST(to_json([${texts.join(', ')}]) AS VARCHAR)`],
    firstPage: 1,
    constant: true,
  };
  try {
    const answer = await on.run({ steps: [], result });
    return JSON.parse(answer.pages?.[0] ?? '[]') as (string | null)[];
  } catch {
    // The statement itself will tell what is wrong with it.
    return [];
  }
}

/** Throws INVALID where a table asks for a condition on its partitions (GoogleSQL, require_partition_filter). */
function demandPartition({ relation, filtered }: Scan): void {
  if (relation.kind !== 'native' || relation.requirePartitionFilter !== true) return;
  const { partitioning, path } = relation;
  const column =
    partitioning === undefined || partitioning.kind === 'ingestion' ? '_PARTITIONTIME' : partitioning.column;
  if (filtered.has(column)) return;
  const names =
    column === '_PARTITIONTIME' ? "'_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME'" : `'${column}'`;
  throw new ArcosError(
    'INVALID',
    `Cannot query over table '${path.project}.${path.dataset}.${path.table}' without a filter over column(s) ${names} that can be used for partition elimination`,
    { data: { reason: 'invalidQuery', location: 'query' } },
  );
}
