import type { Principal } from '../access/principal.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { BoundQueryStatement, BoundStatement, LiteralValue } from '../sql/bound.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import { emitLiteralRows } from '../sql/duckdb.ts';
import type { Statement } from '../sql/parse.ts';
import type { interpret, ScriptAnswer, ScriptStep } from '../sql/script.ts';
import { Source, type Span } from '../sql/source.ts';
import type { Authoriser } from './authorise.ts';
import type { TableDocument } from './catalog/document.ts';
import { catalogSource, type Known, type Reader } from './catalog/source.ts';
import type { EngineSession } from './engines/duckdb/engine.ts';
import { type Executor, type Finished, NO_ROWS, type Work } from './execute.ts';
import type { Job, JobOutcome, JobStart } from './job.ts';
import { carryOut } from './movement.ts';
import { prepare, prepareEvaluation } from './prepare.ts';
import { demandWithin } from './reading.ts';
import type { Scratch } from './scratch.ts';
import { count, scriptVariables, text } from './session.ts';
import { targetOf } from './target.ts';
import { planWork } from './work.ts';

export interface ScriptHost extends Known {
  readonly executor: Executor;
  readonly now: () => Date;
}

/** Who runs a script, on what. */
export interface ScriptContext {
  readonly principal: Principal;
  readonly authoriser: Authoriser;
  readonly on: EngineSession;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
  /** What is left when the script is over is the session's. */
  readonly state?: ScriptState;
}

/** What a script leaves to the next one of its session. */
export interface ScriptState {
  readonly temporary: Map<string, TableDocument>;
  inTransaction: boolean;
}

/** Rows that a FOR loop may go over: they are held at once. */
const LOOP_ROWS = 100_000;

type RunStep = Extract<ScriptStep, { kind: 'run' }>;
type EvaluateStep = Extract<ScriptStep, { kind: 'evaluate' }>;
type Transaction = 'begin' | 'commit' | 'rollback';

const TRANSACTIONS: Readonly<Record<string, Transaction>> = {
  begin_transaction: 'begin',
  commit: 'commit',
  rollback: 'rollback',
};

/** What may stand in a transaction beside queries (BigQuery, Multi-statement transactions). */
const IN_TRANSACTION: ReadonlySet<string> = new Set(['query', 'insert', 'update', 'delete', 'merge', 'truncate']);

/**
 * A script that is under way: its statements are jobs of their own, whose ids follow from the script's, and
 * all run in one session of an engine. It is run once: nobody repeats a half of it.
 */
export class ScriptRun {
  readonly #host: ScriptHost;
  readonly #job: Job;
  readonly #context: ScriptContext;
  readonly #state: ScriptState;
  readonly #reader: Reader;
  #children = 0;
  #bytes = 0;
  #last: { readonly finished: Finished; readonly id: string } | undefined;

  constructor(host: ScriptHost, job: Job, context: ScriptContext) {
    this.#host = host;
    this.#job = job;
    this.#context = context;
    const { principal, authoriser, scratch, state = { temporary: new Map(), inTransaction: false } } = context;
    this.#state = state;
    this.#reader = { principal, authoriser, scratch, temporary: state.temporary };
  }

  /** What the script ends with: the rows or counts of its last statement. Throws what went wrong in it. */
  async run(steps: ReturnType<typeof interpret>): Promise<{ outcome: JobOutcome; page: Finished['page'] }> {
    for (let next = steps.next({}); next.done !== true; ) {
      let answer: ScriptAnswer;
      try {
        answer = await this.#step(next.value);
      } catch (error) {
        next = steps.throw(error);
        continue;
      }
      next = steps.next(answer);
    }
    if (this.#state.inTransaction && this.#context.state === undefined)
      await this.#context.on.run({ steps: [], transaction: 'rollback' });
    const common = { bytesProcessed: this.#bytes, statistics: this.statistics };
    if (this.#last === undefined) return { outcome: common, page: NO_ROWS };
    const { finished, id } = this.#last;
    const { columns, totalRows, rows, affectedRows } = finished.job;
    const outcome = {
      ...common,
      resultOf: id,
      ...(columns === undefined ? {} : { columns }),
      ...(totalRows === undefined ? {} : { totalRows }),
      ...(rows === undefined ? {} : { rows }),
      ...(affectedRows === undefined ? {} : { affectedRows }),
    };
    return { outcome, page: finished.page };
  }

  get statistics() {
    return { children: this.#children };
  }

  /** Of the last statement that was a job. */
  get lastType(): string | undefined {
    return this.#last?.finished.job.statementType;
  }

  async #step(step: ScriptStep): Promise<ScriptAnswer> {
    if (this.#context.signal.aborted) {
      throw new ArcosError('CANCELLED', 'The job was cancelled', { data: { reason: 'stopped' } });
    }
    switch (step.kind) {
      case 'routine': {
        const routine = await catalogSource(this.#host, this.#reader).routine(step.path);
        return routine === undefined ? {} : { routine };
      }
      case 'evaluate':
        return this.#located(step.text, step.node, () => this.#evaluate(step));
      case 'run':
        return this.#located(step.text, step.statement, () => this.#run(step));
    }
  }

  /** An error of a statement says where it stands and what it is, for people and for @@error. */
  async #located(script: string, span: Span, work: () => Promise<ScriptAnswer>): Promise<ScriptAnswer> {
    try {
      return await work();
    } catch (thrown) {
      const error = asArcosError(thrown);
      const { line, column } = new Source(script).position(span.start);
      const { code, message, hint, data } = error;
      throw new ArcosError(code, /\[\d+:\d+\]$/.test(message) ? message : `${message} at [${line}:${column}]`, {
        ...(hint === undefined ? {} : { hint }),
        data: { location: 'query', ...data, statement: script.slice(span.start, span.end) },
        cause: error,
      });
    } finally {
      await this.#context.scratch.clear();
    }
  }

  async #evaluate(step: EvaluateStep): Promise<ScriptAnswer> {
    const bound = await prepareEvaluation(this.#host, this.#reader, step);
    const { on, signal } = this.#context;
    const { javascript, columns } = bound;
    const values = constantRow(bound);
    if (values !== undefined) return { columns, rows: [values] };
    const sql = emitLiteralRows(bound.query);
    const work = async () => {
      const result = { sql, forms: ['"row"'], firstPage: LOOP_ROWS };
      const answer = await on.run({ steps: [], result, javascript }, signal);
      if ((answer.totalRows ?? 0) > LOOP_ROWS) {
        throw new ArcosError('QUOTA', `A script's loop can go over ${LOOP_ROWS} rows at the most`);
      }
      return { columns, rows: JSON.parse(`[${answer.pages?.[0] ?? ''}]`) as LiteralValue[][] };
    };
    // What reads no table is arithmetic, not a job.
    if (bound.reads.length === 0) return work();
    const { bytesProcessed } = await planWork(this.#host.catalog, bound, this.#state.temporary, this.#host.now());
    const child = await this.#begin(step.text, step.node, 'EXPRESSION', 'SELECT', false);
    return this.#finish(child, async () => {
      const answer = await work();
      await this.#host.jobs.end(child.project, child.id, { bytesProcessed });
      this.#bytes += bytesProcessed;
      return answer;
    });
  }

  async #run(step: RunStep): Promise<ScriptAnswer> {
    const { text: script, statement, session } = step;
    const transaction = TRANSACTIONS[statement.kind];
    if (transaction !== undefined) return this.#transact(script, statement, transaction);
    const bound = await prepare(this.#host, this.#reader, { text: script, statement, session });
    if (bound.kind === 'create_routine' && bound.routine.path.dataset === '') return { routine: bound.routine };
    if (this.#state.inTransaction) demandAllowedInTransaction(bound);
    const { catalog, executor, now } = this.#host;
    const { on, signal } = this.#context;
    const { plan, bytesProcessed } = await planWork(catalog, bound, this.#state.temporary, now(), on);
    demandWithin(this.#bytes + bytesProcessed, this.#job.configuration.maximumBytesBilled);
    const { statementType } = plan;
    const target = targetOf(bound);
    const child = await this.#begin(script, statement, 'STATEMENT', statementType, plan.kind !== 'query', target);
    const work: Work = { plan, bytesProcessed, on, signal };
    return this.#finish(child, async () => {
      const { principal } = this.#context;
      const place = { known: this.#host, executor, now, principal, reader: this.#reader, job: child };
      const finished = await carryOut(place, work);
      this.#bytes += bytesProcessed;
      this.#last = { finished, id: child.id };
      if (plan.kind !== 'nothing') this.#remember(bound);
      const rows = finished.job.affectedRows ?? null;
      return { system: new Map([...this.#progress(child), count('row_count', rows)]) };
    });
  }

  /** Temporary tables are known here alone. */
  #remember(bound: BoundStatement): void {
    if (bound.kind !== 'create_table' && bound.kind !== 'drop') return;
    const { dataset, table } = bound.path;
    if (dataset !== TEMPORARY_DATASET) return;
    const key = table.toLowerCase();
    if (bound.kind === 'drop') this.#state.temporary.delete(key);
    else {
      const columns = bound.columns.map(({ options: _options, ...column }) => column);
      this.#state.temporary.set(key, { version: 1, columns, createdAt: this.#host.now().getTime() });
    }
  }

  async #transact(script: string, statement: Statement, transaction: Transaction): Promise<ScriptAnswer> {
    if ((transaction === 'begin') === this.#state.inTransaction) {
      const message = this.#state.inTransaction
        ? 'A transaction is in progress already'
        : 'There is no transaction to end';
      throw new ArcosError('INVALID', message, { data: { reason: 'invalidQuery' } });
    }
    const type = `${transaction.toUpperCase()}_TRANSACTION`;
    const child = await this.#begin(script, statement, 'STATEMENT', type, transaction === 'commit');
    const { on, signal } = this.#context;
    this.#state.inTransaction = transaction === 'begin';
    return this.#finish(child, async () => {
      await this.#host.executor.transact(child, { transaction, on, signal });
      return { system: new Map(this.#progress(child)) };
    });
  }

  #begin(
    script: string,
    span: Span,
    evaluationKind: 'STATEMENT' | 'EXPRESSION',
    statementType: string,
    durable: boolean,
    target?: TablePath,
  ): Promise<Job> {
    const { project, id, agency, labels } = this.#job;
    const source = new Source(script);
    const [start, end] = [source.position(span.start), source.position(span.end)];
    const sql = script.slice(span.start, span.end);
    const lines = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
    const job: JobStart = {
      project,
      id: childId(this.#job, this.#children++),
      parent: id,
      principal: this.#context.principal,
      agency,
      statementType,
      sql,
      statistics: { script: { evaluationKind, text: sql, ...lines }, ...(target === undefined ? {} : { target }) },
      labels,
      durable,
    };
    return this.#host.jobs.begin(job).then((begun) => begun.job);
  }

  async #finish(child: Job, work: () => Promise<ScriptAnswer>): Promise<ScriptAnswer> {
    try {
      return await work();
    } catch (error) {
      throw await this.#host.executor.fail(child, error);
    }
  }

  #progress(child: Job) {
    return [...scriptVariables({ children: this.#children, bytes: this.#bytes }), text('last_job_id', child.id)];
  }
}

/** The row of a query of nothing but literals: it needs no engine. */
function constantRow({ query: { body } }: BoundQueryStatement): readonly LiteralValue[] | undefined {
  if (body.kind !== 'select' || body.from !== undefined || body.where !== undefined) return undefined;
  const values = body.items.flatMap((item) => (item.kind === 'literal' ? [item.value] : []));
  return values.length === body.items.length ? values : undefined;
}

/** The id of a script's n-th job: the same whenever it is asked for. */
export function childId({ project, id }: Pick<Job, 'project' | 'id'>, index: number): string {
  return `script_job_${sha256(`${project}:${id}:${index}`).slice(0, 32)}_${index}`;
}

function demandAllowedInTransaction(bound: BoundStatement): void {
  if (IN_TRANSACTION.has(bound.kind)) return;
  if ('path' in bound && 'table' in bound.path && bound.path.dataset === TEMPORARY_DATASET) return;
  throw new ArcosError(
    'INVALID',
    `${bound.kind.replaceAll('_', ' ').toUpperCase()} is not supported in a transaction`,
    {
      hint: 'Within a transaction only queries, changes of rows and temporary tables are possible.',
      data: { reason: 'invalidQuery' },
    },
  );
}
