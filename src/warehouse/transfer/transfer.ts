import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import type { Lake } from '../../lake/lake.ts';
import type { LiteralValue } from '../../sql/bound.ts';
import type { Relation } from '../../sql/catalog.ts';
import { emitLiteralRows } from '../../sql/duckdb.ts';
import type { Known, Reader } from '../catalog/source.ts';
import type { Executor, Work } from '../execute.ts';
import type { Job } from '../job.ts';
import { parse, prepare } from '../prepare.ts';
import { sessionOf } from '../session.ts';
import { planWork } from '../work.ts';

/** What a load, extract or copy has at hand, be it a job of its own or a statement. */
export interface Transfer {
  readonly known: Known;
  readonly lake: Lake;
  readonly reader: Reader;
  readonly job: Job;
  readonly work: Pick<Work, 'on' | 'signal'>;
  readonly executor: Executor;
  /** The rows of a query that is no job. */
  ask(sql: string, given: ReadonlyMap<string, Relation>): Promise<readonly (readonly LiteralValue[])[]>;
  /** Runs a statement that the job's own needs, in a transaction of its own. */
  beforehand(sql: string): Promise<void>;
  /** Runs a statement as the job, which ends with it. */
  execute(
    sql: string,
    options?: { given?: ReadonlyMap<string, Relation>; statistics?: Work['statistics'] },
  ): Promise<Job>;
}

export interface TransferContext {
  readonly known: Known;
  readonly executor: Executor;
  readonly now: () => Date;
  readonly principal: Principal;
  readonly reader: Reader;
  readonly job: Job;
  readonly work: Pick<Work, 'on' | 'signal'>;
  /** Of the statement that the transfer is; absent: that of the statements it runs. */
  readonly statementType?: string;
}

export function createTransfer({
  known,
  executor,
  now,
  principal,
  reader,
  job,
  work,
  ...special
}: TransferContext): Transfer {
  const { catalog, lake } = known;
  const bindOne = (sql: string, given: ReadonlyMap<string, Relation> | undefined) => {
    const session = sessionOf({ sql, project: job.project }, principal, job.id, now());
    const [statement] = parse(sql).statements;
    if (statement === undefined) throw new ArcosError('INTERNAL', 'A transfer is one statement');
    const reads = given === undefined ? reader : { ...reader, given };
    return prepare(known, reads, { text: sql, statement, session });
  };
  return {
    known,
    lake,
    reader,
    job,
    work,
    executor,
    async ask(sql, given) {
      const bound = await bindOne(sql, given);
      if (bound.kind !== 'query') throw new ArcosError('INTERNAL', 'A question is a query');
      const result = { sql: emitLiteralRows(bound.query), forms: ['"row"'], firstPage: 1 };
      const answer = await work.on.run({ steps: [], result }, work.signal);
      return JSON.parse(`[${answer.pages?.[0] ?? ''}]`) as LiteralValue[][];
    },
    async beforehand(sql) {
      const { plan } = await planWork(catalog, await bindOne(sql, undefined), reader.temporary, now());
      if (plan.kind === 'steps') await work.on.run({ steps: plan.steps }, work.signal);
    },
    async execute(sql, { given, statistics } = {}) {
      const bound = await bindOne(sql, given);
      const { plan, bytesProcessed } = await planWork(catalog, bound, reader.temporary, now());
      const finished = await executor.execute(job, {
        ...work,
        plan: { ...plan, ...special },
        bytesProcessed,
        ...(statistics === undefined ? {} : { statistics }),
      });
      return finished.job;
    },
  };
}
