import { join } from 'node:path';
import type { Access } from '../access/access.ts';
import { scopeOf } from '../access/sharing.ts';
import type { Clock } from '../base/clock.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { toGoogleError } from '../lake/googleerror.ts';
import type { Lake } from '../lake/lake.ts';
import type { Store } from '../store/store.ts';
import { applyChange, checkChange } from './catalog/apply.ts';
import { createCatalog, datasetNotFound, type WarehouseCatalog } from './catalog/catalog.ts';
import { commitMark, committed, disconnect } from './catalog/commits.ts';
import type { Runner } from './engines/duckdb/engine.ts';
import type { EnginePool } from './engines/duckdb/pool.ts';
import type { EngineAnswer } from './engines/duckdb/protocol.ts';
import { type RenderColumn, rowJson } from './engines/duckdb/rows.ts';
import type { InlineRows, Job, JobOutcome, JobStatistics } from './job.ts';
import { endJob, type Jobs } from './jobs.ts';
import type { CatalogChange, Plan, ResultRows } from './plan.ts';
import type { WarehouseTables } from './tables.ts';

/** Rows as contents of a JSON array, in each form. */
export interface Page extends InlineRows {
  readonly rows: number;
}

/** A finished job with a page of its rows. */
export interface Finished {
  readonly job: Job;
  readonly page: Page;
}

/** What a job is to do, and where. */
export interface Work {
  readonly plan: Plan;
  readonly bytesProcessed: number;
  readonly on: Runner;
  readonly signal: AbortSignal;
  /** The job's entry, where the work does not wait for it. */
  readonly begun?: Promise<unknown>;
  /** By which another query finds the answer. */
  readonly cacheKey?: string;
  /** What is to be kept of its work, known when the work is done. */
  readonly statistics?: (outcome: JobOutcome) => Promise<JobStatistics>;
}

export interface Transaction extends Pick<Work, 'on' | 'signal'> {
  readonly transaction: 'begin' | 'commit' | 'rollback';
}

export interface Executor {
  /** Does what a plan says, and ends the job with it. Throws what the engine and the catalog throw, the job still running. */
  execute(job: Job, work: Work): Promise<Finished>;
  /** Begins or ends a session's transaction, which is a job too. */
  transact(job: Job, work: Transaction): Promise<void>;
  /** Ends a job that went wrong. Gives the error that names it. */
  fail(job: Job, thrown: unknown, statistics?: JobStatistics): Promise<ArcosError>;
  /** Where a job's rows are when they are many. */
  resultFile(project: string, id: string): string;
  /** Rows `offset` to `offset + limit` of a finished query. */
  readPage(job: Job, offset: number, limit: number): Promise<Page>;
}

export interface ExecutorOptions {
  readonly store: Store;
  readonly access: Pick<Access, 'grant' | 'sharing'>;
  readonly lake: Lake;
  readonly catalog: WarehouseCatalog;
  readonly jobs: Jobs;
  readonly pool: EnginePool;
  readonly resultsDir: string;
  readonly clock: Clock;
}

/** Rows of a query in its first answer; results that are longer go to a file too. */
export const FIRST_PAGE = 10_000;
export const NO_ROWS: Page = { rows: 0, seconds: '' };

interface Done {
  readonly outcome: JobOutcome;
  readonly page: Page;
  readonly slotMs?: number | undefined;
}

export function createExecutor(options: ExecutorOptions): Executor {
  const { store, access, lake, catalog, jobs, pool, resultsDir, clock } = options;
  const db = store.tables<WarehouseTables>();
  const resultFile = (project: string, id: string) => join(resultsDir, `${project}.${id}.parquet`);

  async function runSteps(job: Job, { plan, on, signal }: Work): Promise<Done> {
    if (plan.kind === 'movement')
      throw new ArcosError('INTERNAL', `${plan.statementType} is carried out by its own tasks`);
    if (plan.kind !== 'steps') return { outcome: {}, page: NO_ROWS };
    const { dataset, steps, source, counted, result, after, javascript } = plan;
    if (after !== undefined) await checkChange(catalog, after);
    if (dataset !== undefined && (await catalog.dataset(dataset.project, dataset.dataset)) === undefined) {
      throw new ArcosError('NOT_FOUND', `Not found: Dataset ${dataset.project}:${dataset.dataset}`);
    }
    const mark = commitMark(job.project, job.id);
    const task = {
      steps,
      mark,
      javascript,
      ...(source === undefined ? {} : { source }),
      ...(counted === undefined ? {} : { counted }),
      ...(result === undefined ? {} : { result: resultTask(job, result) }),
    };
    const answer: EngineAnswer = await on.run(task, signal).catch((error: unknown) => whetherCommitted(mark, error));
    if (after !== undefined) {
      await applyChange(catalog, after);
      await forget(after);
    }
    if (result !== undefined && answer.pages !== undefined) return resultOf(answer, result);
    const { affectedRows, slotMs } = answer;
    return { outcome: affectedRows === undefined ? {} : { affectedRows }, page: NO_ROWS, slotMs };
  }

  /** What an engine that died had committed; its error when it had not, and then it never will have. */
  async function whetherCommitted(mark: string, thrown: unknown): Promise<{ affectedRows?: number }> {
    const { connections } = asArcosError(thrown).data;
    if (typeof connections !== 'string') throw thrown;
    await disconnect(db as never, connections);
    const commit = await committed(db as never, mark);
    if (commit === undefined) throw thrown;
    return commit;
  }

  /** GRANT and REVOKE can be done twice: a job that ends in between is done again. */
  async function changeAccess(change: CatalogChange): Promise<void> {
    if (change.kind !== 'grant' && change.kind !== 'revoke') return;
    const { project, dataset } = change.resource;
    if ((await catalog.dataset(project, dataset)) === undefined) throw datasetNotFound(project, dataset);
    await access.grant(change);
  }

  /** Roles on what is no more: the next of its name is not for those who had them. */
  async function forget(change: CatalogChange): Promise<void> {
    if (change.kind === 'drop_dataset') await access.sharing.forget(scopeOf(change.name));
    if (change.kind === 'drop_relation' || change.kind === 'forget_table') {
      const { project, dataset, table } = change.path;
      await access.sharing.forget(scopeOf({ project, dataset, table }));
    }
  }

  function resultTask(job: Job, { sql, render }: ResultRows) {
    const spill = resultFile(job.project, job.id);
    return { sql, forms: formsOf(render), firstPage: FIRST_PAGE, spill };
  }

  async function runQuery(job: Job, plan: Extract<Plan, { kind: 'query' }>, { on, signal }: Work) {
    const { constant = false, javascript } = plan;
    const task = { steps: [], result: { ...resultTask(job, plan), constant }, javascript };
    return resultOf(await on.run(task, signal), plan);
  }

  return {
    resultFile,

    async execute(job, work) {
      const { plan, bytesProcessed } = work;
      const known = { bytesProcessed, statementType: plan.statementType };
      if (plan.kind === 'catalog') {
        await changeAccess(plan.change);
        // The change and its job are one: neither is there without the other.
        await db.transaction().execute(async (transaction) => {
          await applyChange(createCatalog(transaction, lake), plan.change);
          await endJob(transaction, job, known, clock.now());
        });
        await forget(plan.change);
        return { job: ended(job, known, clock.now()), page: NO_ROWS };
      }
      const done = plan.kind === 'query' ? await runQuery(job, plan, work) : await runSteps(job, work);
      const { outcome, page, slotMs } = done;
      await work.begun;
      const statistics = await work.statistics?.(outcome);
      const slots = slotMs === undefined ? {} : { slotMs };
      const cached = work.cacheKey === undefined ? {} : { cacheKey: work.cacheKey };
      const all = { ...outcome, ...known, ...cached, statistics: { ...job.statistics, ...statistics, ...slots } };
      await jobs.end(job.project, job.id, all);
      return { job: ended(job, all, clock.now()), page };
    },

    async transact(job, { transaction, on, signal }) {
      const mark = commitMark(job.project, job.id);
      await on.run({ steps: [], transaction, mark }, signal).catch((error: unknown) => {
        if (transaction !== 'commit') throw error;
        return whetherCommitted(mark, error);
      });
      await jobs.end(job.project, job.id, {});
    },

    async fail(job, thrown, statistics) {
      const error = asArcosError(thrown);
      const { code, message, hint, data } = error;
      const { location } = data;
      const { reason } = toGoogleError(error).error;
      await jobs.end(job.project, job.id, {
        ...(statistics === undefined ? {} : { statistics }),
        error: {
          code,
          message,
          reason,
          ...(typeof location === 'string' ? { location } : {}),
        },
      });
      const said = hint === undefined ? {} : { hint };
      return new ArcosError(code, message, { ...said, data: { ...data, jobId: job.id }, cause: error });
    },

    async readPage(job, offset, limit) {
      const { columns, totalRows = 0, rows } = job;
      if (columns === undefined) return NO_ROWS;
      if (rows !== undefined) return slicePage(rows, totalRows, offset, limit);
      // The file's columns have the engine's names; here they go by their place.
      const render = columns.map(({ type }, index) => ({ key: `c${index}`, type }));
      const file = resultFile(job.project, job.resultOf ?? job.id).replaceAll("'", "''");
      const sql = `SELECT * EXCLUDE (file_row_number) FROM read_parquet('${file}', file_row_number = true)
        WHERE file_row_number >= ${offset} AND file_row_number < ${offset + limit} ORDER BY file_row_number`;
      const names = render.map(({ key }) => key).join(', ');
      const result = { sql: `SELECT * FROM (${sql}) AS _page(${names})`, forms: formsOf(render), firstPage: limit };
      const answer = await pool.engine(job.agency).run({ steps: [], result });
      return { rows: answer.pageRows ?? 0, ...inline(answer.pages) };
    },
  };
}

/** A job as it is once it has ended so. */
export function ended(job: Job, outcome: JobOutcome, now: Date): Job {
  return { ...job, ...outcome, state: 'DONE', endedAt: now };
}

function resultOf({ totalRows = 0, pageRows = 0, pages, slotMs }: EngineAnswer, { columns }: ResultRows): Done {
  const rows = inline(pages);
  return {
    slotMs,
    outcome: { columns, totalRows, ...(pageRows === totalRows ? { rows } : {}) },
    page: { rows: pageRows, ...rows },
  };
}

/** One form of the rows, or two where instants are written differently. */
function formsOf(render: readonly RenderColumn[]): string[] {
  const timed = JSON.stringify(render).includes('"TIMESTAMP"');
  return [rowJson(render, 'seconds'), ...(timed ? [rowJson(render, 'micros')] : [])];
}

function inline([seconds = '', micros]: readonly string[] = []): InlineRows {
  return { seconds, ...(micros === undefined ? {} : { micros }) };
}

function slicePage(rows: InlineRows, total: number, offset: number, limit: number): Page {
  if (offset === 0 && limit >= total) return { rows: total, ...rows };
  const slice = (text: string): string =>
    (JSON.parse(`[${text}]`) as unknown[])
      .slice(offset, offset + limit)
      .map((row) => JSON.stringify(row))
      .join(',');
  const { seconds, micros } = rows;
  const count = Math.max(0, Math.min(limit, total - offset));
  return { rows: count, seconds: slice(seconds), ...(micros === undefined ? {} : { micros: slice(micros) }) };
}
