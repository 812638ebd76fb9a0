import type { Principal } from '../access/principal.ts';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Session } from '../sql/bind.ts';
import type { BoundQueryStatement, BoundStatement } from '../sql/bound.ts';
import type { Script, Statement } from '../sql/parse.ts';
import type { Routine } from '../sql/routine.ts';
import { interpret } from '../sql/script.ts';
import type { Authoriser } from './authorise.ts';
import type { Known, Reader } from './catalog/source.ts';
import type { EnginePool } from './engines/duckdb/pool.ts';
import { type Executor, ended, FIRST_PAGE, type Finished } from './execute.ts';
import { type JobStart, mayRepeat } from './job.ts';
import { demandSame } from './jobs.ts';
import type { QueryRequest } from './port.ts';
import { parse, prepare } from './prepare.ts';
import { answering, type QueryDestination, writeQuery } from './querydestination.ts';
import { type Running, settled } from './running.ts';
import { Scratch } from './scratch.ts';
import { ScriptRun } from './script.ts';
import { sessionOf } from './session.ts';
import type { DryRun } from './warehouse.ts';
import { planWork } from './work.ts';

export interface QueriesOptions extends Known {
  readonly executor: Executor;
  readonly pool: EnginePool;
  readonly authorise: (principal: Principal) => Authoriser;
  readonly running: Running;
  readonly scratchDir: string;
  readonly clock: Clock;
}

/** Query jobs: single statements, and scripts of them. */
export interface QueryJobRequest extends QueryRequest {
  /** Where a query's rows go. */
  readonly destination?: QueryDestination;
}

export interface Queries {
  /** @param special what the job is in place of a query with its parameters */
  run(
    principal: Principal,
    request: QueryJobRequest,
    special?: Pick<JobStart, 'kind' | 'configuration'>,
  ): Promise<Finished>;
  dryRun(principal: Principal, request: QueryRequest): Promise<DryRun>;
  /** Binds a query for work that is no job. */
  bindQuery<Result>(
    principal: Principal,
    request: QueryRequest,
    work: (bound: BoundQueryStatement) => Promise<Result>,
  ): Promise<Result>;
}

export function createQueries(options: QueriesOptions): Queries {
  const { catalog, jobs, lake, executor, pool, authorise, running, clock } = options;
  const known: Known = { catalog, jobs, lake };
  const nothing = new Map<string, never>();
  const now = () => clock.now();

  async function withReader<Result>(principal: Principal, work: (reader: Reader) => Promise<Result>): Promise<Result> {
    const scratch = new Scratch(options.scratchDir);
    try {
      return await work({ principal, authoriser: authorise(principal), scratch, temporary: nothing });
    } finally {
      await scratch.clear();
    }
  }

  async function bindSingle(reader: Reader, text: string, single: Single, session: Session): Promise<BoundStatement> {
    const functions = new Map<string, Routine>();
    const inside = { ...session, functions };
    for (const statement of single.functions) {
      const bound = await prepare(known, reader, { text, statement, session: inside });
      if (bound.kind === 'create_routine') functions.set(bound.routine.path.routine.toLowerCase(), bound.routine);
    }
    return prepare(known, reader, { text, statement: single.statement, session: inside });
  }

  async function planSingle(reader: Reader, bound: BoundStatement, destination: QueryDestination | undefined) {
    if (destination === undefined || bound.kind !== 'query') return planWork(catalog, bound, nothing, now());
    const writes = await writeQuery(catalog, bound, destination);
    await reader.authoriser.demandStatement(writes);
    const { plan, bytesProcessed } = await planWork(catalog, writes, nothing, now());
    return { plan: await answering(catalog, plan, bound, destination), bytesProcessed };
  }

  async function runSingle(
    principal: Principal,
    start: JobStart,
    single: Single,
    session: Session,
    { signal, destination }: Pick<QueryJobRequest, 'signal' | 'destination'>,
  ): Promise<Finished> {
    return withReader(principal, async (reader) => {
      const work = await bindSingle(reader, start.sql, single, session)
        .then((bound) => planSingle(reader, bound, destination))
        .catch((error: unknown) => refuse({ ...start, statementType: single.statement.kind.toUpperCase() }, error));
      const { plan, bytesProcessed } = work;
      const { statementType } = plan;
      const { fresh, job } = await jobs.begin({ ...start, statementType, durable: plan.kind !== 'query' });
      if (!fresh) return { job: settled(job), page: await executor.readPage(job, 0, FIRST_PAGE) };
      return running.track(job, signal, (stop) =>
        executor
          .execute(job, { plan, bytesProcessed, on: pool.engine(job.agency), signal: stop })
          .catch(async (error: unknown) => Promise.reject(await executor.fail(job, error))),
      );
    });
  }

  /** A text that cannot be run is a job too: it is in the history, with its error. */
  async function refuse(start: JobStart, error: unknown): Promise<never> {
    const { fresh, job } = await jobs.begin(start);
    throw fresh ? await executor.fail(job, error) : error;
  }

  async function runScript(
    principal: Principal,
    start: JobStart,
    script: Script,
    session: Session,
    signal: AbortSignal | undefined,
  ): Promise<Finished> {
    const { fresh, job } = await jobs.begin({ ...start, durable: true });
    if (!fresh) return { job: settled(job), page: await executor.readPage(job, 0, FIRST_PAGE) };
    return running.track(job, signal, async (stop) => {
      const on = pool.engine(job.agency).session();
      const scratch = new Scratch(options.scratchDir);
      const context = { principal, authoriser: authorise(principal), on, scratch, signal: stop };
      const run = new ScriptRun({ ...known, executor, now }, job, context);
      try {
        const { outcome, page } = await run.run(interpret(script, start.sql, session));
        await jobs.end(job.project, job.id, outcome);
        return { job: ended(job, outcome, now()), page };
      } catch (error) {
        throw await executor.fail(job, error, run.statistics);
      } finally {
        on.close();
      }
    });
  }

  return {
    async run(principal, request, special = {}) {
      const { project, labels = {}, dataset, parameters, destination } = request;
      const agency = await authorise(principal).demandProject('job.create', project);
      const id = request.jobId ?? `job_${newId().replaceAll('-', '')}`;
      const configuration = {
        ...(dataset === undefined ? {} : { dataset }),
        ...(parameters === undefined ? {} : { parameters }),
        ...(destination === undefined ? {} : { destination }),
      };
      const common = { project, id, principal, agency, sql: request.sql, labels, configuration };
      const start: JobStart = { ...common, statementType: 'SCRIPT', durable: false, ...special };
      if (request.jobId !== undefined) {
        // What was done is told again, whatever has become of the tables since.
        const before = await jobs.find(project, id);
        if (before !== undefined && !mayRepeat(before)) {
          demandSame(before, start);
          return { job: settled(before), page: await executor.readPage(before, 0, FIRST_PAGE) };
        }
      }
      const script = await Promise.resolve()
        .then(() => parse(request.sql))
        .catch((error: unknown) => refuse(start, error));
      const session = sessionOf(request, principal, id, now());
      const single = singleOf(script);
      return single === undefined
        ? runScript(principal, start, script, session, request.signal)
        : runSingle(principal, start, single, session, request);
    },

    async dryRun(principal, request) {
      await authorise(principal).demandProject('job.create', request.project);
      const script = parse(request.sql);
      const single = singleOf(script);
      // What a script reads is known only once it has run.
      if (single === undefined) return { statementType: 'SCRIPT', columns: undefined, bytesProcessed: 0 };
      return withReader(principal, async (reader) => {
        const bound = await bindSingle(reader, request.sql, single, sessionOf(request, principal, 'dry_run', now()));
        const { plan, bytesProcessed } = await planWork(catalog, bound, nothing, now());
        const { statementType } = plan;
        return { statementType, columns: columnsOf(bound), bytesProcessed };
      });
    },

    async bindQuery(principal, request, work) {
      const single = singleOf(parse(request.sql));
      return withReader(principal, async (reader) => {
        const session = sessionOf(request, principal, '', now());
        const bound = single && (await bindSingle(reader, request.sql, single, session));
        if (bound?.kind !== 'query') throw new ArcosError('INVALID', 'A query is needed here');
        return work(bound);
      });
    },
  };
}

/** A statement, with the temporary functions that are made for it before it. */
interface Single {
  readonly functions: readonly Statement[];
  readonly statement: Statement;
}

/** Undefined for a text that is a script: several statements, or control flow. */
function singleOf({ statements }: Script): Single | undefined {
  const functions = statements.slice(0, -1);
  const statement = statements.at(-1);
  if (statement === undefined || !functions.every(isTemporaryFunction)) return undefined;
  return isTemporaryFunction(statement) || isScripting(statement) ? undefined : { functions, statement };
}

function isTemporaryFunction(statement: Statement): boolean {
  return statement.kind === 'create_function' && statement.temporary;
}

const SCRIPTING: ReadonlySet<Statement['kind']> = new Set([
  'declare',
  'set',
  'if',
  'case_statement',
  'loop',
  'while',
  'repeat',
  'for',
  'break',
  'continue',
  'block',
  'raise',
  'return',
  'call',
  'execute_immediate',
  'begin_transaction',
  'commit',
  'rollback',
  'assert',
]);

function isScripting(statement: Statement): boolean {
  return SCRIPTING.has(statement.kind) || (statement.kind === 'create_table' && statement.temporary);
}

/** The columns of what a statement gives or makes. */
function columnsOf(bound: BoundStatement): DryRun['columns'] {
  if (bound.kind === 'query' || bound.kind === 'create_table' || bound.kind === 'create_view') {
    return bound.columns.map(({ name, type, nullable, description }) => ({
      name,
      type,
      nullable,
      ...(description === undefined ? {} : { description }),
    }));
  }
  return undefined;
}
