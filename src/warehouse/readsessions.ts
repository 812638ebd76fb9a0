import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Principal } from '../access/principal.ts';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { BoundQueryStatement } from '../sql/bound.ts';
import { type ColumnInfo, type Relation, type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import { emitQuery, quoteName, quoteText } from '../sql/duckdb.ts';
import { anonymousJob } from './anonymous.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import type { EnginePool } from './engines/duckdb/pool.ts';
import type { ArrowAnswer } from './engines/duckdb/protocol.ts';
import { restRows } from './engines/duckdb/restrows.ts';
import type { Job } from './job.ts';
import { parse } from './prepare.ts';
import type { Queries } from './queries.ts';
import { readSelection } from './readselection.ts';
import { displayName } from './tablename.ts';

/** What a reader wants of a table (BigQuery Storage API, ReadSession). */
export interface ReadRequest {
  readonly table: TablePath;
  /** Of records also `address.city`; none for all. */
  readonly fields: readonly string[];
  /** A condition in GoogleSQL. */
  readonly restriction: string;
  /** The table as it was then. */
  readonly at?: Date;
  /** Of the rows, as BigQuery's TABLESAMPLE has it. */
  readonly samplePercent?: number;
  /** Streams at the most. */
  readonly streams: number;
}

export interface ReadSession {
  readonly id: string;
  readonly expires: Date;
  /** Message of Arrow's streaming format. */
  readonly schema: Uint8Array;
  readonly streams: readonly string[];
  readonly rows: number;
  readonly bytes: number;
}

/** Record batches as messages of Arrow's streaming format. */
export interface ReadBatch {
  readonly message: Uint8Array;
  readonly rows: number;
  /** Share of the stream's rows that lie behind its first and its last row. */
  readonly progress: { readonly start: number; readonly end: number };
}

/**
 * Rows of a table or of a query's result to be read by several readers at once, each where it left off: they are
 * written aside once, as they were when the session was made and as its maker may see them. Sessions end after six
 * hours, and with the server.
 */
export interface ReadSessions {
  /** Throws NOT_FOUND, DENIED, and INVALID for fields and restrictions that the table has not. */
  create(principal: Principal, project: string, request: ReadRequest, signal: AbortSignal): Promise<ReadSession>;
  /** The batches of a stream from its row `offset` on. Throws NOT_FOUND, and INVALID for an offset behind them. */
  read(principal: Principal, stream: string, offset: number): AsyncGenerator<ReadBatch, void>;
  /** Two streams that have the rows of one; undefined where there is nothing to divide. */
  split(principal: Principal, stream: string, fraction: number): readonly [string, string] | undefined;
  /** Columns of the session's schema, from a stream's name. */
  schema(principal: Principal, stream: string): Uint8Array;
  stop(): Promise<void>;
}

export interface ReadSessionsOptions {
  readonly catalog: WarehouseCatalog;
  readonly queries: Pick<Queries, 'bindQuery'>;
  readonly pool: EnginePool;
  readonly clock: Clock;
  readonly dir: string;
  agencyOf(project: string): Promise<string>;
  /** The principal's own job, done and well. */
  finished(principal: Principal, project: string, jobId: string): Promise<Job>;
  /** Where the rows of a query are that are too many to be kept as text. */
  resultFile(project: string, job: string): string;
}

interface Held {
  readonly principal: string;
  readonly expires: Date;
  readonly file: string;
  readonly answer: ArrowAnswer;
  /** By their number: the batches from one up to another. */
  readonly streams: { readonly from: number; readonly to: number }[];
}

const HOURS = 6;
const RESULT = '_result';

export function createReadSessions(options: ReadSessionsOptions): ReadSessions {
  const { catalog, queries, pool, clock, dir, agencyOf, finished, resultFile } = options;
  const sessions = new Map<string, Held>();

  async function expire(): Promise<void> {
    for (const [id, { expires, file }] of sessions) {
      if (expires > clock.now()) continue;
      sessions.delete(id);
      await rm(file, { force: true });
    }
  }

  function find(principal: Principal, name: string): { held: Held; from: number; to: number; id: string } {
    const [, id = '', number = ''] = /^([\w-]+)\/streams\/(\d+)$/.exec(name) ?? [];
    const held = sessions.get(id);
    const stream = held?.streams[Number(number)];
    if (held !== undefined && stream !== undefined && held.principal === principal.id && held.expires > clock.now())
      return { held, ...stream, id };
    throw new ArcosError('NOT_FOUND', `Not found: read stream ${name}`, { hint: 'Create the read session anew.' });
  }

  /** A query's rows by the names that they were given. */
  function resultRelation(job: Job, columns: readonly ColumnInfo[]): Relation {
    const { rows, project, resultOf = job.id } = job;
    const names = columns.map(({ name }) => quoteName(name)).join(', ');
    const file = quoteText(resultFile(project, resultOf));
    const sql =
      rows === undefined
        ? `SELECT * FROM (SELECT * FROM read_parquet(${file})) AS _rows(${names})`
        : restRows(columns, rows.micros ?? rows.seconds);
    const path = { project: '', dataset: TEMPORARY_DATASET, table: RESULT };
    return { kind: 'native', path, columns, engineName: `(${sql})` };
  }

  async function source(principal: Principal, project: string, table: TablePath) {
    const jobId = anonymousJob(table);
    if (jobId === undefined) {
      const info = await catalog.table(table);
      // Whether it is there is told only to who may see it, which binding finds out.
      return { from: `\`${table.project}.${table.dataset}.${table.table}\``, columns: info?.columns ?? [], project };
    }
    const job = await finished(principal, table.project, jobId);
    if (job.columns === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(table)}`);
    const given = new Map([[RESULT, resultRelation(job, job.columns)]]);
    return { from: `\`_SESSION.${RESULT}\``, columns: job.columns, project: table.project, given };
  }

  return {
    async create(principal, project, request, signal) {
      await expire();
      const { from, columns, given } = await source(principal, project, request.table);
      const id = newId();
      const file = join(dir, `${id}.arrow`);
      const engine = pool.engine(await agencyOf(project));
      // A stranger is not told what fields there are.
      const selection = columns.length === 0 ? '*' : readSelection(columns, request.fields);
      const sql = statement(selection, from, request);
      demandCondition(sql);
      await mkdir(dir, { recursive: true });
      const write = (bound: BoundQueryStatement) =>
        engine.run({ steps: [], javascript: bound.javascript, arrow: arrowTask(bound, columns, file) }, signal);
      const answer = await queries
        .bindQuery(principal, { sql, project, ...(given === undefined ? {} : { given }) }, write)
        .catch(async (error: unknown) => {
          await rm(file, { force: true });
          throw error;
        });
      if (answer.arrow === undefined) throw new ArcosError('INTERNAL', 'The engine wrote no rows');
      const expires = new Date(clock.now().getTime() + HOURS * 3_600_000);
      const { batches, schema } = answer.arrow;
      const streams = divide(batches.length, request.streams);
      sessions.set(id, { principal: principal.id, expires, file, answer: answer.arrow, streams });
      return {
        id,
        expires,
        schema,
        streams: streams.map((_, index) => `${id}/streams/${index}`),
        rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
        bytes: batches.reduce((sum, batch) => sum + batch.length, 0),
      };
    },

    async *read(principal, stream, offset) {
      const { held, from, to } = find(principal, stream);
      const batches = held.answer.batches.slice(from, to);
      const total = batches.reduce((sum, { rows }) => sum + rows, 0);
      const file = await open(held.file, 'r');
      try {
        let before = 0;
        for (const { rows, offset: place, length } of batches) {
          const start = before;
          before += rows;
          if (before <= offset) continue;
          const message = Buffer.allocUnsafe(length);
          await file.read(message, 0, length, place);
          const skipped = Math.max(0, offset - start);
          yield {
            message: skipped === 0 ? message : await withoutFirst(held.answer.schema, message, skipped),
            rows: rows - skipped,
            progress: { start: (start + skipped) / total, end: before / total },
          };
        }
        if (offset > before) throw outside(offset);
      } finally {
        await file.close();
      }
    },

    split(principal, stream, fraction) {
      const { held, from, to, id } = find(principal, stream);
      const middle = from + Math.ceil((to - from) * (fraction > 0 ? fraction : 0.5));
      if (middle <= from || middle >= to) return undefined;
      held.streams.push({ from, to: middle }, { from: middle, to });
      const { length } = held.streams;
      return [`${id}/streams/${length - 2}`, `${id}/streams/${length - 1}`];
    },

    schema: (principal, stream) => find(principal, stream).held.answer.schema,

    async stop() {
      const files = [...sessions.values()].map(({ file }) => file);
      sessions.clear();
      await Promise.all(files.map((file) => rm(file, { force: true })));
    },
  };
}

function statement(selection: string, from: string, { restriction, at, samplePercent }: ReadRequest): string {
  const then = at === undefined ? '' : ` FOR SYSTEM_TIME AS OF TIMESTAMP_MILLIS(${at.getTime()})`;
  const sample = samplePercent === undefined ? '' : ` TABLESAMPLE SYSTEM (${samplePercent} PERCENT)`;
  const where = restriction.trim() === '' ? '' : ` WHERE (\n${restriction}\n)`;
  return `SELECT ${selection} FROM ${from}${then}${sample}${where}`;
}

/** Throws INVALID for a restriction that is more than a condition. */
function demandCondition(sql: string): void {
  const { statements } = parse(sql);
  const [only] = statements;
  const body = only?.kind === 'query' ? only.query.body : undefined;
  if (statements.length === 1 && body?.kind === 'select') return;
  throw new ArcosError('INVALID', 'row_restriction must be a condition', { data: { reason: 'invalidQuery' } });
}

function arrowTask({ query, columns }: BoundQueryStatement, known: readonly ColumnInfo[], file: string) {
  const required = new Set(known.filter(({ nullable }) => !nullable).map(({ name }) => name));
  return {
    sql: emitQuery(query),
    file,
    columns: query.columns.map(({ key, type }, index) => {
      const name = columns[index]?.name ?? key;
      return { key, name, type, nullable: !required.has(name) };
    }),
  };
}

/** A batch without its first rows. Arrow's library is there once somebody goes on in the midst of one. */
async function withoutFirst(schema: Uint8Array, message: Uint8Array, rows: number): Promise<Uint8Array> {
  const { sliceMessage } = await import('./engines/duckdb/arrow/message.ts');
  return sliceMessage(schema, message, rows);
}

/** Batches in streams of about as many each; no stream is empty. */
function divide(batches: number, streams: number): { from: number; to: number }[] {
  const count = Math.min(batches, streams);
  return Array.from({ length: count }, (_, index) => ({
    from: Math.floor((index * batches) / count),
    to: Math.floor(((index + 1) * batches) / count),
  }));
}

function outside(offset: number): ArcosError {
  return new ArcosError('INVALID', `Offset ${offset} is behind the last row of the stream`, {
    data: { reason: 'outOfRange' },
  });
}
