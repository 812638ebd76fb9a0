import type { Principal } from '../../access/principal.ts';
import { ArcosError, asArcosError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Finished } from '../execute.ts';
import { type Job, mayRepeat } from '../job.ts';
import type { CopyBody, Destination, ExtractBody, LoadBody } from '../transfer/configuration.ts';
import type { Warehouse } from '../warehouse.ts';
import { jobResource } from './job.ts';
import type { ParameterBody } from './parameter.ts';
import type { TableBody } from './table.ts';

export interface QueryBody
  extends Destination,
    Pick<TableBody, 'timePartitioning' | 'rangePartitioning' | 'clustering'> {
  readonly query?: string;
  readonly useLegacySql?: boolean;
  readonly schemaUpdateOptions?: readonly string[];
  readonly defaultDataset?: { readonly projectId?: string; readonly datasetId?: string };
  readonly dryRun?: boolean;
  readonly maximumBytesBilled?: string | number;
  readonly useQueryCache?: boolean;
  readonly maxResults?: number;
  readonly timeoutMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly requestId?: string;
  readonly formatOptions?: { readonly useInt64Timestamp?: boolean };
  readonly parameterMode?: string;
  readonly queryParameters?: readonly ParameterBody[];
  readonly priority?: string;
  readonly createSession?: boolean;
  readonly connectionProperties?: readonly { readonly key?: string; readonly value?: string }[];
}

export interface JobBody {
  readonly jobReference?: { readonly jobId?: string };
  readonly configuration?: {
    readonly query?: QueryBody;
    readonly dryRun?: boolean;
    readonly labels?: Readonly<Record<string, string>>;
    readonly load?: LoadBody;
    readonly extract?: ExtractBody;
    readonly copy?: CopyBody;
  };
}

export const DEFAULT_WAIT_MS = 10_000;
const UPLOAD_WAIT_MS = 3_600_000;

type Settled = Promise<{ job: Job; page?: Finished['page'] }>;

/** Jobs as clients ask for them: under an id of theirs, with an answer before the job has ended if that takes long. */
export interface JobBeginner {
  /** The id that a client gave its job, or a new one. Throws CONFLICT for one that is taken. */
  newJobId(project: string, body: JobBody): Promise<string>;
  /** Runs a job and waits for its end, but not longer than so many milliseconds; it goes on then. */
  settle(
    principal: Principal,
    request: { readonly project: string; readonly jobId: string },
    run: () => Settled,
    timeoutMs: number,
  ): Settled;
  /** Begins a load, extract or copy job; `upload` is the file that came with it. Gives the job as the API shows it. */
  begin(principal: Principal, project: string, body: JobBody, upload?: string): Promise<object>;
}

export function jobBeginner(warehouse: Warehouse): JobBeginner {
  /** The id that a client gave its job, unless it is taken, or a new one. */
  async function newJobId(project: string, { jobReference }: JobBody): Promise<string> {
    const jobId = jobReference?.jobId ?? `job_${newId().replaceAll('-', '')}`;
    const known = await warehouse.jobs.find(project, jobId);
    if (known !== undefined && !mayRepeat(known))
      throw new ArcosError('CONFLICT', `Already Exists: Job ${project}:US.${jobId}`);
    return jobId;
  }

  /** Begins a load, extract or copy job; `upload` is the file that came with it. */
  async function begin(principal: Principal, project: string, body: JobBody, upload?: string) {
    const { load, extract, copy, labels } = body.configuration ?? {};
    const request = {
      project,
      jobId: await newJobId(project, body),
      ...(labels === undefined ? {} : { labels }),
      ...(load === undefined ? {} : { load }),
      ...(extract === undefined ? {} : { extract }),
      ...(copy === undefined ? {} : { copy }),
      ...(upload === undefined ? {} : { upload }),
    };
    const run = async () => ({ job: await warehouse.transfer(principal, request) });
    // A file that was sent is there only as long as the answer takes.
    const { job } = await settle(principal, request, run, upload === undefined ? DEFAULT_WAIT_MS : UPLOAD_WAIT_MS);
    return jobResource(job);
  }

  /** Runs a job and waits for its end, but not longer than so many milliseconds; it goes on then. */
  async function settle(
    principal: Principal,
    request: { readonly project: string; readonly jobId: string },
    run: () => Promise<{ job: Job; page?: Finished['page'] }>,
    timeoutMs: number,
  ): Promise<{ job: Job; page?: Finished['page'] }> {
    const work = run().catch(async (thrown: unknown): Promise<{ job: Job }> => {
      const error = asArcosError(thrown);
      // What the job ended with is in the job; what stopped it from being one is the answer's own error.
      if (error.data['jobId'] === undefined) throw error;
      return { job: await warehouse.job(principal, request.project, request.jobId) };
    });
    const late = Symbol('late');
    const first = await Promise.race([
      work,
      new Promise<typeof late>((done) => setTimeout(() => done(late), timeoutMs).unref()),
    ]);
    if (first !== late) return first;
    return { job: await warehouse.job(principal, request.project, request.jobId) };
  }

  return { newJobId, settle, begin };
}

/** What a job ended with. */
export function errorOf({ error, id }: Job): ArcosError {
  const { code = 'INTERNAL', message = '', ...data } = error ?? {};
  return new ArcosError(code as ArcosError['code'], message, { data: { ...data, jobId: id } });
}
