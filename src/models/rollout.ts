import { setTimeout as pause } from 'node:timers/promises';
import { ArcosError } from '../base/errors.ts';
import { SECRET_HEADER } from './rpc/listen.ts';
import { type ModelsServer, type ModelsServerOptions, startModelsServer } from './server.ts';

/** The models servers of one namespace: the one that answers, and those before it that still have something to tell. */
export interface RollingModels {
  readonly current: ModelsServer | undefined;
  /** The newest first. */
  readonly earlier: readonly ModelsServer[];
  /**
   * Starts the project in `directory` beside the one that answers, and puts it in its place once it is understood; runs
   * under way finish where they began. `commit` is called in between: when it throws, all stays as it was. Throws INVALID
   * with what is wrong with the project.
   */
  publish(directory: string, commit: () => Promise<void>): Promise<void>;
  /** The first one, which may be wrong or still be reading. */
  start(directory: string, confined: boolean): Promise<void>;
  stop(): Promise<void>;
}

const ASK_MS = 200;
/** How long the results of an ended run can still be asked for. */
const KEPT_MS = 10 * 60_000;
const READ_MS = 120_000;

export function rollingModels(options: Omit<ModelsServerOptions, 'directory' | 'confined'>): RollingModels {
  const servers: ModelsServer[] = [];
  const stopping = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();

  async function drain(server: ModelsServer): Promise<void> {
    const { signal } = stopping;
    try {
      while ((await ask<{ rows: unknown[] }>(server, 'ps', { active: true })).rows.length > 0) {
        await pause(ASK_MS, undefined, { signal });
      }
      await pause(KEPT_MS, undefined, { signal, ref: false });
    } catch {
      // It is gone already, or all are to go.
    }
    const place = servers.indexOf(server);
    if (place >= 0) servers.splice(place, 1);
    if (!signal.aborted) await server.stop();
  }

  async function replace(directory: string, commit: () => Promise<void>): Promise<void> {
    const next = await startModelsServer({ ...options, directory, confined: true });
    try {
      await understood(next);
      await commit();
    } catch (error) {
      await next.stop();
      throw error;
    }
    const [before] = servers;
    servers.unshift(next);
    options.log.info('A new version of the models answers', { namespace: options.namespace, directory });
    if (before !== undefined) void drain(before);
  }

  return {
    get current() {
      return servers[0];
    },
    get earlier() {
      return servers.slice(1);
    },
    publish(directory, commit) {
      // One after the other: the last that was asked for is the one that stays.
      const done = turn.then(() => replace(directory, commit));
      turn = done.catch(() => undefined);
      return done;
    },
    async start(directory, confined) {
      servers.unshift(await startModelsServer({ ...options, directory, confined }));
    },
    async stop() {
      stopping.abort();
      await turn;
      await Promise.all(servers.splice(0).map((server) => server.stop()));
    },
  };
}

/** Waits until the project has been read. Throws INVALID when it cannot be. */
async function understood(server: ModelsServer): Promise<void> {
  for (const end = Date.now() + READ_MS; Date.now() < end; await pause(ASK_MS)) {
    const { state, error } = await ask<{ state: string; error: { message?: string } | null }>(server, 'status', {});
    if (state === 'ready') return;
    if (state === 'error') {
      throw new ArcosError('INVALID', error?.message ?? 'The project cannot be read', {
        hint: 'The version before it goes on answering.',
      });
    }
  }
  throw new ArcosError('UNAVAILABLE', 'The project was not read in time: the version before it goes on answering');
}

async function ask<Result>({ address, secret }: ModelsServer, method: string, params: object): Promise<Result> {
  const response = await fetch(`${address}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [SECRET_HEADER]: secret },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method, params }),
  });
  return ((await response.json()) as { result: Result }).result;
}
