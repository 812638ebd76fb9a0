import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { canonicalJson } from '../base/json.ts';
import type { Store } from '../store/store.ts';
import { commitMark, committed, disconnect } from './catalog/commits.ts';
import { type InlineRows, type Job, type JobOutcome, type JobStart, mayRepeat } from './job.ts';
import type { JobError, WarehouseTables } from './tables.ts';

/** The history of jobs, and the promise that none that changes data happens twice. */
export interface Jobs {
  /** The new job; or the one that has this id already, when it is under way or did what was asked. */
  begin(start: JobStart): Promise<{ fresh: boolean; job: Job }>;
  end(project: string, id: string, outcome: JobOutcome): Promise<void>;
  find(project: string, id: string): Promise<Job | undefined>;
  /** The last job that ended within a day and has the answer of this key. */
  cached(project: string, cacheKey: string): Promise<Job | undefined>;
  /** Newest first; a script's statements, oldest first, only when asked for by `parent`. */
  list(project: string, options: JobFilter): Promise<Job[]>;
  /** Every job of a project, or of one of its users, with the statements of scripts; without rows. Newest first. */
  history(project: string, principal?: string): AsyncIterable<Job>;
  /** Settles jobs that a server left running when it died: those that were committed are done, the others failed. */
  settleAbandoned(): Promise<number>;
}

export interface JobFilter {
  readonly limit: number;
  readonly before?: Date;
  readonly state?: Job['state'];
  readonly principal?: string;
  readonly parent?: string;
}

const HISTORY_PAGE = 500;
/** As long as BigQuery keeps answers, and a job's large results last. */
const CACHED_MS = 24 * 3_600_000;

/** The names of the connections of a server's engines begin so. */
export function connectionsOf(server: string): string {
  return `arcos-${server}`;
}

/** @param server who runs the jobs that are begun here: no two servers have the same */
export function createJobs(store: Store, clock: Clock, server: string): Jobs {
  const db = store.tables<WarehouseTables>();

  async function find(project: string, id: string): Promise<Job | undefined> {
    const row = await db
      .selectFrom('warehouse.job')
      .selectAll()
      .where('project', '=', project)
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toJob(row);
  }

  return {
    find,

    async cached(project, cacheKey) {
      const row = await db
        .selectFrom('warehouse.job')
        .selectAll()
        .where('project', '=', project)
        .where('cache_key', '=', cacheKey)
        .where('ended_at', '>', new Date(clock.now().getTime() - CACHED_MS))
        .orderBy('ended_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : toJob(row);
    },

    async begin(start) {
      const now = clock.now();
      const inserted = await db
        .insertInto('warehouse.job')
        .values({ ...newRow(start, now, server), statement_type: committing(start.statementType, start.durable) })
        .onConflict((conflict) => conflict.columns(['project', 'id']).doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows === 1n) return { fresh: true, job: begunJob(start, now) };
      return db.transaction().execute(async (transaction) => {
        const before = await transaction
          .selectFrom('warehouse.job')
          .selectAll()
          .where('project', '=', start.project)
          .where('id', '=', start.id)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const job = toJob(before);
        demandSame(job, start);
        if (!mayRepeat(job)) return { fresh: false, job };
        const again = await transaction
          .updateTable('warehouse.job')
          .set({ state: 'RUNNING', error: null, server, statement_type: start.statementType })
          .where('project', '=', start.project)
          .where('id', '=', start.id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return { fresh: true, job: toJob(again) };
      });
    },

    // If this is lost the commit's mark still tells what happened.
    end: (project, id, outcome) => endJob(db, { project, id }, outcome, clock.now(), { durable: false }),

    async list(project, { limit, before, state, principal, parent }) {
      let query = db
        .selectFrom('warehouse.job')
        .selectAll()
        .where('project', '=', project)
        .where('kind', '!=', 'INSERT_ALL');
      query = parent === undefined ? query.where('parent', 'is', null) : query.where('parent', '=', parent);
      if (before !== undefined) query = query.where('created_at', '<', before);
      if (state !== undefined) query = query.where('state', '=', state);
      if (principal !== undefined) query = query.where('principal', '=', principal);
      const order = parent === undefined ? 'desc' : 'asc';
      const rows = await query.orderBy('created_at', order).orderBy('id', order).limit(limit).execute();
      return rows.map(toJob);
    },

    async *history(project, principal) {
      let last: { created_at: Date; id: string } | undefined;
      for (;;) {
        let query = db
          .selectFrom('warehouse.job')
          .selectAll()
          .where('project', '=', project)
          .where('kind', '!=', 'INSERT_ALL');
        if (principal !== undefined) query = query.where('principal', '=', principal);
        if (last !== undefined) {
          const { created_at, id } = last;
          query = query.where(sql<boolean>`(created_at, id) < (${created_at}, ${id})`);
        }
        const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(HISTORY_PAGE).execute();
        for (const row of rows) yield toJob({ ...row, rows: null });
        last = rows.at(-1);
        if (rows.length < HISTORY_PAGE) return;
      }
    },

    async settleAbandoned() {
      const rows = await db
        .selectFrom('warehouse.job')
        .select(['project', 'id', 'server'])
        .where('state', '=', 'RUNNING')
        .where('server', '!=', server)
        .execute();
      for (const gone of new Set(rows.map((row) => row.server))) await disconnect(db as never, connectionsOf(gone));
      for (const { project, id } of rows) {
        const commit = await committed(db as never, commitMark(project, id));
        const error: JobError = {
          code: 'UNAVAILABLE',
          message: 'The server stopped while the job was running',
          reason: 'backendError',
        };
        await this.end(project, id, commit ?? { error });
      }
      return rows.length;
    },
  };
}

/** Writes a job's end; in one transaction with what the job did, when that is in the store too. */
export async function endJob(
  db: Kysely<WarehouseTables>,
  { project, id }: Pick<Job, 'project' | 'id'>,
  outcome: JobOutcome,
  now: Date,
  { durable = true } = {},
): Promise<void> {
  const { bytesProcessed = 0, affectedRows = null, columns, totalRows = null, rows, error } = outcome;
  const { resultOf = null, statementType, statistics, cacheKey } = outcome;
  await db
    .updateTable('warehouse.job')
    .set({
      state: committing('DONE' as const, durable),
      ended_at: now,
      bytes_processed: bytesProcessed,
      affected_rows: affectedRows,
      columns: columns === undefined ? null : JSON.stringify(columns),
      total_rows: totalRows,
      rows: rows === undefined ? null : JSON.stringify(rows),
      result_of: resultOf,
      error: error === undefined ? null : JSON.stringify(error),
      ...(cacheKey === undefined ? {} : { cache_key: cacheKey }),
      ...(statementType === undefined ? {} : { statement_type: statementType }),
      ...(statistics === undefined ? {} : { statistics: JSON.stringify(statistics) }),
    })
    .where('project', '=', project)
    .where('id', '=', id)
    .execute();
}

/** Throws CONFLICT when an id stands for another job than the one that is asked for. */
export function demandSame(
  job: Job,
  asked: Pick<JobStart, 'sql' | 'principal' | 'kind' | 'configuration' | 'project' | 'id'>,
): void {
  const { kind = 'QUERY', configuration = {} } = asked;
  const same =
    job.sql === asked.sql &&
    job.kind === kind &&
    job.principal === asked.principal.id &&
    canonicalJson(job.configuration) === canonicalJson(configuration);
  if (same) return;
  throw new ArcosError('CONFLICT', `Already Exists: Job ${asked.project}:${asked.id}`, {
    data: { reason: 'duplicate' },
  });
}

/**
 * A value of a statement that is a transaction of its own and says how it is committed: what is not durable may be
 * forgotten in a power cut, and is answered without waiting for the disk. One round trip in place of four.
 */
function committing<Value extends string>(value: Value, durable: boolean) {
  return durable
    ? sql<Value>`${value}`
    : sql<Value>`CASE WHEN set_config('synchronous_commit', 'off', true) = 'off' THEN ${value} END`;
}

/** A job that has just begun. */
export function begunJob(start: JobStart, now: Date): Job {
  const { durable: _durable, principal, kind = 'QUERY', configuration = {}, statistics = {}, ...rest } = start;
  return {
    ...rest,
    kind,
    configuration,
    statistics,
    principal: principal.id,
    principalName: principal.name,
    state: 'RUNNING',
    createdAt: now,
    bytesProcessed: 0,
  };
}

function newRow(start: JobStart, now: Date, server: string) {
  const { project, id, agency, principal, statementType, kind = 'QUERY', parent = null } = start;
  return {
    project,
    id,
    agency,
    kind,
    parent,
    sql: start.sql,
    principal: principal.id,
    principal_name: principal.name,
    state: 'RUNNING' as const,
    statement_type: statementType,
    labels: JSON.stringify(start.labels),
    configuration: JSON.stringify(start.configuration ?? {}),
    statistics: JSON.stringify(start.statistics ?? {}),
    created_at: now,
    server,
  };
}

function toJob(row: Selectable<WarehouseTables['warehouse.job']>): Job {
  return {
    project: row.project,
    id: row.id,
    kind: row.kind,
    ...(row.parent === null ? {} : { parent: row.parent }),
    principal: row.principal,
    principalName: row.principal_name,
    agency: row.agency,
    state: row.state,
    statementType: row.statement_type,
    sql: row.sql,
    configuration: JSON.parse(row.configuration) as Job['configuration'],
    statistics: JSON.parse(row.statistics) as Job['statistics'],
    labels: row.labels,
    createdAt: row.created_at,
    bytesProcessed: row.bytes_processed,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.affected_rows === null ? {} : { affectedRows: row.affected_rows }),
    ...(row.columns === null ? {} : { columns: row.columns }),
    ...(row.total_rows === null ? {} : { totalRows: row.total_rows }),
    ...(row.rows === null ? {} : { rows: JSON.parse(row.rows) as InlineRows }),
    ...(row.result_of === null ? {} : { resultOf: row.result_of }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}
