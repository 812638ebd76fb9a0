import { ArcosError } from '../base/errors.ts';
import type { Job } from './job.ts';

/** The jobs that run in this server, to be stopped. */
export interface Running {
  /** Does `work`, with a signal that says stop when the job is cancelled or `signal` does. */
  track<Result>(
    job: Pick<Job, 'project' | 'id'>,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>;
  /** Whether the job was running here. */
  cancel(job: Pick<Job, 'project' | 'id'>): boolean;
  cancelAll(): void;
}

export function createRunning(): Running {
  const controllers = new Map<string, AbortController>();
  const key = ({ project, id }: Pick<Job, 'project' | 'id'>) => `${project}:${id}`;
  return {
    async track(job, signal, work) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      controllers.set(key(job), controller);
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted === true) abort();
      try {
        return await work(controller.signal);
      } finally {
        signal?.removeEventListener('abort', abort);
        controllers.delete(key(job));
      }
    },
    cancel(job) {
      const controller = controllers.get(key(job));
      controller?.abort();
      return controller !== undefined;
    },
    cancelAll() {
      for (const controller of controllers.values()) controller.abort();
    },
  };
}

/** The job if it is done and went well; its error, or that it is still running, otherwise. */
export function settled(job: Job): Job {
  if (job.state === 'RUNNING') {
    throw new ArcosError('UNAVAILABLE', `Job ${job.project}:${job.id} is still running`, {
      data: { reason: 'jobInProgress', jobId: job.id },
    });
  }
  if (job.error === undefined) return job;
  const { code, message, ...data } = job.error;
  throw new ArcosError(code as ArcosError['code'], message, { data: { ...data, jobId: job.id } });
}
