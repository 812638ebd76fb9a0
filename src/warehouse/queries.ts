import type { Principal } from '../access/principal.ts';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Session } from '../sql/bind.ts';
import type { BoundQueryStatement, BoundStatement } from '../sql/bound.ts';
import type { Script } from '../sql/parse.ts';
import type { Routine } from '../sql/routine.ts';
import { interpret } from '../sql/script.ts';
import type { Authoriser } from './authorise.ts';
import type { Known, Reader } from './catalog/source.ts';
import type { Runner } from './engines/duckdb/engine.ts';
import type { EnginePool } from './engines/duckdb/pool.ts';
import { type Executor, ended, FIRST_PAGE, type Finished, NO_ROWS } from './execute.ts';
import { type Job, type JobStart, mayRepeat } from './job.ts';
import { begunJob, demandSame } from './jobs.ts';
import { carryOut } from './movement.ts';
import type { QueryRequest } from './port.ts';
import { parse, prepare } from './prepare.ts';
import { answering, type QueryDestination, writeQuery } from './querydestination.ts';
import { demandWithin } from './reading.ts';
import { cachedOutcome, cacheKey } from './resultcache.ts';
import { type Running, settled } from './running.ts';
import { Scratch } from './scratch.ts';
import { ScriptRun } from './script.ts';
import { sessionOf } from './session.ts';
import { abortedSession, createSessions, type HeldSession, sessionId } from './sessions.ts';
import { type Single, singleOf } from './single.ts';
import { targetOf } from './target.ts';
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
  /** How the client wants it told again: all queries begin at once. */
  readonly priority?: 'BATCH';
  /** The session that it is a part of, or that it opens. */
  readonly session?: { readonly id: string } | { readonly create: true };
  /** Whether `jobId` was made for this request, so that no job can have it yet. */
  readonly newJob?: boolean;
  /** A query that would read more bytes is refused. */
  readonly maximumBytesBilled?: number;
  /** Whether the answer of an earlier query that asked the same will do; it does unless told. */
  readonly useQueryCache?: boolean;
}

export interface Queries {
  /** @param special what the job is in place of a query with its parameters */
  run(
    principal: Principal,
    request: QueryJobRequest,
    special?: Pick<JobStart, 'kind' | 'configuration'>,
  ): Promise<Finished>;
  dryRun(principal: Principal, request: QueryJobRequest): Promise<DryRun>;
  /** Binds a query for work that is no job; `given` are relations that it finds in `_SESSION`. */
  bindQuery<Result>(
    principal: Principal,
    request: QueryRequest & Pick<Reader, 'given'>,
    work: (bound: BoundQueryStatement) => Promise<Result>,
  ): Promise<Result>;
}

export function createQueries(options: QueriesOptions): Queries {
  const { catalog, jobs, lake, executor, pool, authorise, running, clock } = options;
  const known: Known = { catalog, jobs, lake };
  const sessions = createSessions(pool, clock);
  const nothing: Reader['temporary'] = new Map();
  const now = () => clock.now();

  async function withReader<Result>(
    principal: Principal,
    work: (reader: Reader) => Promise<Result>,
    temporary = nothing,
  ): Promise<Result> {
    const scratch = new Scratch(options.scratchDir);
    try {
      return await work({ principal, authoriser: authorise(principal), scratch, temporary });
    } finally {
      await scratch.clear();
    }
  }

  async function bindSingle(reader: Reader, text: string, single: Single, session: Session): Promise<BoundStatement> {
    const functions = new Map<string, Routine>(session.functions);
    const inside = { ...session, functions };
    for (const statement of single.functions) {
      const bound = await prepare(known, reader, { text, statement, session: inside });
      if (bound.kind === 'create_routine') functions.set(bound.routine.path.routine.toLowerCase(), bound.routine);
    }
    return prepare(known, reader, { text, statement: single.statement, session: inside });
  }

  async function planSingle(
    reader: Reader,
    bound: BoundStatement,
    destination: QueryDestination | undefined,
    on: Runner,
  ) {
    if (destination === undefined || bound.kind !== 'query') return planWork(catalog, bound, nothing, now(), on);
    const writes = await writeQuery(catalog, bound, destination);
    await reader.authoriser.demandStatement(writes);
    const { plan, bytesProcessed } = await planWork(catalog, writes, nothing, now(), on);
    return { plan: await answering(catalog, plan, bound, destination), bytesProcessed };
  }

  async function runSingle(
    principal: Principal,
    start: JobStart,
    single: Single,
    session: Session,
    { signal, destination, jobId, newJob, maximumBytesBilled, useQueryCache }: QueryJobRequest,
  ): Promise<Finished> {
    /** The job's entry; a question under a new id does not wait for it. */
    const begin = async (job: JobStart): Promise<{ fresh: boolean; job: Job; begun?: Promise<unknown> }> => {
      if (job.durable || !(newJob ?? jobId === undefined)) return jobs.begin(job);
      const begun = jobs.begin(job);
      begun.catch(() => undefined);
      return { fresh: true, job: begunJob(job, now()), begun };
    };
    return withReader(principal, async (reader) => {
      const work = await bindSingle(reader, start.sql, single, session)
        .then(async (bound) => {
          const planned = await planSingle(reader, bound, destination, pool.engine(start.agency));
          demandWithin(planned.bytesProcessed, maximumBytesBilled);
          const { plan } = planned;
          const asks = useQueryCache !== false && bound.kind === 'query' && plan.kind === 'query';
          const key = asks ? await cacheKey(catalog, bound, plan) : undefined;
          return { ...planned, target: targetOf(bound), key };
        })
        .catch((error: unknown) => refuse({ ...start, statementType: single.statement.kind.toUpperCase() }, error));
      const { plan, bytesProcessed, target, key } = work;
      const { statementType } = plan;
      const earlier = key === undefined ? undefined : await cachedOutcome(jobs, start, key, executor.resultFile);
      const statistics = target === undefined ? {} : { statistics: { target } };
      const { fresh, job, begun } = await begin({
        ...start,
        statementType,
        ...statistics,
        durable: plan.kind !== 'query',
      });
      if (!fresh) return { job: settled(job), page: await executor.readPage(job, 0, FIRST_PAGE) };
      if (earlier !== undefined) {
        await begun;
        await jobs.end(job.project, job.id, earlier);
        const done = ended(job, earlier, now());
        return { job: done, page: await executor.readPage(done, 0, FIRST_PAGE) };
      }
      const entry = { ...(begun === undefined ? {} : { begun }), ...(key === undefined ? {} : { cacheKey: key }) };
      return running.track(job, signal, (stop) =>
        carryOut(
          { known, executor, now, principal, reader, job },
          { plan, bytesProcessed, on: pool.engine(job.agency), signal: stop, ...entry },
        ).catch(async (error: unknown) => {
          await begun;
          throw await executor.fail(job, error);
        }),
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
    held?: HeldSession,
  ): Promise<Finished> {
    const { fresh, job } = await jobs.begin({ ...start, durable: true });
    if (!fresh) return { job: settled(job), page: await executor.readPage(job, 0, FIRST_PAGE) };
    const work = async (stop: AbortSignal): Promise<Finished> => {
      const on = held?.on ?? pool.engine(job.agency).session();
      const scratch = new Scratch(options.scratchDir);
      const state = held === undefined ? {} : { state: held.state };
      const context = { principal, authoriser: authorise(principal), on, scratch, signal: stop, ...state };
      const run = new ScriptRun({ ...known, executor, now }, job, context);
      try {
        const { outcome, page } = await run.run(interpret(script, start.sql, session, held?.memory));
        // A statement of a session is no script to its client.
        const only = held !== undefined && script.statements.length === 1 ? run.lastType : undefined;
        const all = only === undefined ? outcome : { ...outcome, statementType: only };
        await jobs.end(job.project, job.id, all);
        return { job: ended(job, all, now()), page };
      } catch (error) {
        throw await executor.fail(job, error, run.statistics);
      } finally {
        if (held === undefined) on.close();
      }
    };
    return running.track(job, signal, (stop) => (held === undefined ? work(stop) : held.turn(() => work(stop))));
  }

  /** Ends a session, which is a job too. */
  async function endSession(principal: Principal, start: JobStart, id: string): Promise<Finished> {
    const { fresh, job } = await jobs.begin({ ...start, statementType: 'CALL' });
    if (!fresh) return { job: settled(job), page: NO_ROWS };
    try {
      sessions.end(principal, id);
    } catch (error) {
      throw await executor.fail(job, error);
    }
    await jobs.end(job.project, job.id, {});
    return { job: ended(job, {}, now()), page: NO_ROWS };
  }

  /** The session that a job opens or goes on with. */
  function sessionFor(
    principal: Principal,
    request: QueryJobRequest,
    of: { id: string; agency: string },
    base: Session,
  ) {
    const { session, destination } = request;
    if (session === undefined) return undefined;
    if (destination !== undefined)
      throw new ArcosError('UNSUPPORTED', 'A query of a session cannot have a destination table', {
        hint: 'Write CREATE TABLE ... AS.',
      });
    return 'id' in session ? sessions.find(principal, session.id) : sessions.open(principal, { ...of, base });
  }

  return {
    async run(principal, request, special = {}) {
      const { project, labels = {}, dataset, parameters, destination } = request;
      const agency = await authorise(principal).demandProject('job.create', project);
      const id = request.jobId ?? `job_${newId().replaceAll('-', '')}`;
      const sessionName =
        request.session === undefined || 'id' in request.session ? request.session?.id : sessionId(project, id);
      const configuration = {
        ...(dataset === undefined ? {} : { dataset }),
        ...(parameters === undefined ? {} : { parameters }),
        ...(destination === undefined ? {} : { destination }),
        ...(request.maximumBytesBilled === undefined ? {} : { maximumBytesBilled: request.maximumBytesBilled }),
        ...(request.useQueryCache === false ? { useQueryCache: false as const } : {}),
        ...(sessionName === undefined ? {} : { session: sessionName }),
        ...(request.priority === undefined ? {} : { priority: request.priority }),
      };
      const common = { project, id, principal, agency, sql: request.sql, labels, configuration };
      const start: JobStart = { ...common, statementType: 'SCRIPT', durable: false, ...special };
      if (request.jobId !== undefined && request.newJob !== true) {
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
      const session = sessionOf({ ...request, sessionId: sessionName }, principal, id, now());
      const over = abortedSession(script);
      if (over !== undefined) return endSession(principal, start, over === '' ? (sessionName ?? '') : over);
      const held = await Promise.resolve()
        .then(() => sessionFor(principal, request, { id: sessionName ?? '', agency }, session))
        .catch((error: unknown) => refuse(start, error));
      if (held !== undefined) return runScript(principal, start, script, session, request.signal, held);
      const single = singleOf(script);
      return single === undefined
        ? runScript(principal, start, script, session, request.signal)
        : runSingle(principal, start, single, session, request);
    },

    async dryRun(principal, request) {
      const agency = await authorise(principal).demandProject('job.create', request.project);
      const script = parse(request.sql);
      const single = singleOf(script);
      // What a script reads is known only once it has run.
      if (single === undefined) return { statementType: 'SCRIPT', columns: undefined, bytesProcessed: 0 };
      const held =
        request.session !== undefined && 'id' in request.session && sessions.find(principal, request.session.id);
      const { session: inside, temporary } = held
        ? { session: held.memory.session, temporary: held.state.temporary }
        : NONE;
      return withReader(
        principal,
        async (reader) => {
          const session = { ...inside, ...sessionOf(request, principal, 'dry_run', now()) };
          const bound = await bindSingle(reader, request.sql, single, session);
          const { plan, bytesProcessed } = await planWork(
            catalog,
            bound,
            temporary ?? nothing,
            now(),
            pool.engine(agency),
          );
          const { statementType } = plan;
          return { statementType, columns: columnsOf(bound), bytesProcessed };
        },
        temporary,
      );
    },

    async bindQuery(principal, request, work) {
      const single = singleOf(parse(request.sql));
      return withReader(principal, async (reader) => {
        const session = sessionOf(request, principal, '', now());
        const reads = request.given === undefined ? reader : { ...reader, given: request.given };
        const bound = single && (await bindSingle(reads, request.sql, single, session));
        if (bound?.kind !== 'query') throw new ArcosError('INVALID', 'A query is needed here');
        return work(bound);
      });
    },
  };
}

const NONE: { readonly session?: Session; readonly temporary?: Reader['temporary'] } = {};

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
