import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import { newId, sha256 } from '../base/ids.ts';
import type { LiteralValue } from '../sql/bound.ts';
import type { ColumnInfo, TablePath } from '../sql/catalog.ts';
import { arrayOf, type SqlType, unlimited } from '../sql/type.ts';
import type { Authoriser } from './authorise.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import { BadValue, jsonLiteral, member } from './literal.ts';
import type { Queries } from './queries.ts';
import { displayName } from './tablename.ts';

export interface InsertAll {
  readonly rows: readonly { readonly insertId?: string; readonly json?: Readonly<Record<string, unknown>> }[];
  /** Put in the rows that are right, although others are not. */
  readonly skipInvalidRows?: boolean;
  readonly ignoreUnknownValues?: boolean;
}

/** What is wrong with a row. */
export interface RowErrors {
  readonly index: number;
  readonly errors: readonly { readonly reason: string; readonly location: string; readonly message: string }[];
}

/** How long a row that comes again under its insertId is known (BigQuery: at least a minute). */
const REMEMBER_MS = 60_000;

export type Inserts = (principal: Principal, path: TablePath, request: InsertAll) => Promise<readonly RowErrors[]>;

/**
 * Puts rows into a table in one transaction. Rows with an insertId are put in once: a request that comes
 * again is the same job, even after a crash, and a row that comes again in another request is left out.
 */
export function createInserts(
  catalog: WarehouseCatalog,
  authorise: (principal: Principal) => Authoriser,
  queries: Queries,
): Inserts {
  /** Rows that were put in, with when to forget them. */
  const recent = new Map<string, number>();
  return async (principal, path, request) => {
    await authorise(principal).demandTable('table.write', path);
    const info = await catalog.table(path);
    if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
    if (request.rows.length === 0) {
      throw new ArcosError('INVALID', 'No rows present in the request.', { data: { reason: 'invalid' } });
    }
    const read = request.rows.map(({ json = {} }) => rowOf(info.columns, json, request.ignoreUnknownValues === true));
    const errors = read.flatMap((row, index): RowErrors[] => (row instanceof BadValue ? [rowErrors(index, row)] : []));
    if (errors.length > 0 && request.skipInvalidRows !== true) {
      const stopped = read.flatMap((row, index): RowErrors[] =>
        row instanceof BadValue ? [] : [{ index, errors: [{ reason: 'stopped', location: '', message: '' }] }],
      );
      return [...errors, ...stopped].sort((a, b) => a.index - b.index);
    }
    const key = (insertId: string): string => `${displayName(path)}\0${insertId}`;
    const now = Date.now();
    const fresh = request.rows.flatMap(({ insertId }, index) => {
      const row = read[index];
      const known = insertId !== undefined && (recent.get(key(insertId)) ?? 0) > now;
      return row === undefined || row instanceof BadValue || known ? [] : [{ insertId, row }];
    });
    if (fresh.length === 0) return errors;
    const ids = fresh.map(({ insertId }) => insertId);
    const whole = ids.every((id) => id !== undefined);
    const jobId = whole ? `insert_${sha256(JSON.stringify([displayName(path), ids]))}` : `insert_${newId()}`;
    const type: SqlType = {
      kind: 'STRUCT',
      fields: info.columns.map((column) => ({ name: column.name, type: unlimited(column.type) })),
    };
    const names = info.columns.map(({ name }) => `\`${name}\``).join(', ');
    const { project, dataset, table } = path;
    const sql = `INSERT INTO \`${project}.${dataset}.${table}\` (${names}) SELECT ${names} FROM UNNEST(@rows)`;
    const parameters = [{ name: 'rows', type: arrayOf(type), value: fresh.map(({ row }) => row) }];
    // The rows are no part of the history.
    await queries.run(principal, { sql, project, jobId, parameters }, { kind: 'INSERT_ALL', configuration: {} });
    for (const [id, until] of recent) if (until <= now) recent.delete(id);
    for (const id of ids) if (id !== undefined) recent.set(key(id), now + REMEMBER_MS);
    return errors;
  };
}

function rowOf(
  columns: readonly ColumnInfo[],
  json: Readonly<Record<string, unknown>>,
  ignoreUnknown: boolean,
): readonly LiteralValue[] | BadValue {
  try {
    const known = new Set(columns.map(({ name }) => name.toLowerCase()));
    const unknown = Object.keys(json).find((name) => !known.has(name.toLowerCase()));
    if (unknown !== undefined && !ignoreUnknown) throw new BadValue(unknown, `no such field: ${unknown}.`);
    return columns.map(({ name, type, nullable }) => {
      const value = member(json, name);
      if (!nullable && (value === undefined || value === null))
        throw new BadValue(name, `Missing required field: ${name}.`);
      return jsonLiteral(type, value, name);
    });
  } catch (error) {
    if (error instanceof BadValue) return error;
    throw error;
  }
}

function rowErrors(index: number, { path, message }: BadValue): RowErrors {
  return { index, errors: [{ reason: 'invalid', location: path, message }] };
}
