import type { Principal } from '../../access/principal.ts';
import type { Clock } from '../../base/clock.ts';
import { ArcosError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Authoriser } from '../authorise.ts';
import type { Known, Reader } from '../catalog/source.ts';
import type { EnginePool } from '../engines/duckdb/pool.ts';
import type { Executor } from '../execute.ts';
import type { Job, JobKind, JobStart } from '../job.ts';
import { type Running, settled } from '../running.ts';
import { Scratch } from '../scratch.ts';
import type { CopyBody, ExtractBody, LoadBody } from './configuration.ts';
import { copy } from './copy.ts';
import { extract } from './extract.ts';
import { load } from './load.ts';
import { createTransfer } from './transfer.ts';

export interface TransferRequest {
  readonly project: string;
  readonly jobId: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly load?: LoadBody;
  readonly extract?: ExtractBody;
  readonly copy?: CopyBody;
  /** File with the content of a load job that was sent with it. */
  readonly upload?: string;
}

/** Load, extract and copy jobs. */
export interface Transfers {
  /** Runs the job to its end. Throws the error that it ended with; `data.jobId` names it. */
  run(principal: Principal, request: TransferRequest): Promise<Job>;
}

export interface TransfersOptions extends Known {
  readonly executor: Executor;
  readonly pool: EnginePool;
  readonly authorise: (principal: Principal) => Authoriser;
  readonly running: Running;
  readonly scratchDir: string;
  readonly clock: Clock;
}

export function createTransfers(options: TransfersOptions): Transfers {
  const { catalog, jobs, lake, executor, pool, authorise, running, clock } = options;
  const known: Known = { catalog, jobs, lake };

  async function start(principal: Principal, request: TransferRequest): Promise<JobStart> {
    const { project, jobId: id, labels = {} } = request;
    const agency = await authorise(principal).demandProject('job.create', project);
    const [kind, body] = bodyOf(request);
    const configuration = { transfer: body as unknown as Json };
    return { project, id, kind, principal, agency, statementType: kind, sql: '', configuration, labels, durable: true };
  }

  return {
    async run(principal, request) {
      const begun = await jobs.begin(await start(principal, request));
      if (!begun.fresh) return settled(begun.job);
      const { job } = begun;
      return running.track(job, undefined, async (signal) => {
        const scratch = new Scratch(options.scratchDir);
        const authoriser = authorise(principal);
        const reader: Reader = { principal, authoriser, scratch, temporary: new Map() };
        const work = { on: pool.engine(job.agency), signal };
        const transfer = createTransfer({ known, executor, now: () => clock.now(), principal, reader, job, work });
        try {
          if (request.load !== undefined) return await load(transfer, request.load, request.upload);
          if (request.extract !== undefined) return await extract(transfer, request.extract, clock);
          return await copy(transfer, request.copy ?? {});
        } catch (error) {
          throw await executor.fail(job, error);
        } finally {
          await scratch.clear();
        }
      });
    },
  };
}

function bodyOf({ load, extract, copy }: TransferRequest): [JobKind, object] {
  if (load !== undefined) return ['LOAD', load];
  if (extract !== undefined) return ['EXTRACT', extract];
  if (copy !== undefined) return ['COPY', copy];
  throw new ArcosError('INVALID', 'Required parameter is missing: configuration', { data: { reason: 'required' } });
}
