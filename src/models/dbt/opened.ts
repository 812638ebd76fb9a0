import { ArcosError } from '../../base/errors.ts';
import { formatFault } from '../../base/fault.ts';
import { newId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { WarehouseClient } from '../../warehouse/port.ts';
import type { Invocation, Target } from '../invocation.ts';
import { type Manifest, parseProject } from '../manifest.ts';
import { eventTimes } from '../materialise/batches.ts';
import { readProject } from '../project.ts';
import { Templates } from '../templates.ts';
import { mapOf, textOf, type YamlMap } from '../yaml.ts';
import { targetOf } from './profile.ts';

export interface DbtOptions {
  /** What follows `arcos dbt`. */
  readonly words: readonly string[];
  /** The folder the command was given in. */
  readonly directory: string;
  readonly environment: Invocation['environment'];
  /** The target of a project that has no profiles.yml. */
  readonly fallback: (project: string) => Target | undefined | Promise<Target | undefined>;
  /** Called by the commands that need one. */
  readonly warehouse: () => WarehouseClient | Promise<WarehouseClient>;
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

/** dbt's exit codes: done; a node failed; the command could not be carried out. */
export const EXIT = { done: 0, failed: 1, broken: 2 } as const;

/** A command line, read. */
export interface Asked {
  readonly method: string;
  readonly params: YamlMap;
  readonly local: YamlMap;
  /** Of the project. */
  readonly folder: string;
  /** Of artifacts. */
  readonly target: string;
  readonly log: Log;
}

/** Throws CONFIG for a project without a target. */
export async function invocationOf(asked: Asked, { environment, fallback }: DbtOptions): Promise<Invocation> {
  const { method, params, local, folder } = asked;
  const found = await targetOf({
    directory: folder,
    profilesDir: textOf(local['profiles_dir']),
    profile: textOf(local['profile']),
    target: textOf(local['target']),
    vars: mapOf(params['vars']),
    environment,
  });
  const target = found ?? (await fallback(folder));
  if (target === undefined) {
    throw new ArcosError('CONFIG', `There is no profiles.yml for ${folder}`, {
      hint: 'Write one with a target of type arcos, project and dataset, or name the folder as models of a namespace in arcos.toml.',
    });
  }
  const threads = Number(params['threads'] ?? target.threads);
  return {
    id: newId(),
    startedAt: new Date(),
    command: method,
    target: { ...target, threads: threads > 0 ? threads : target.threads },
    vars: mapOf(params['vars']),
    fullRefresh: params['full_refresh'] === true,
    failFast: params['fail_fast'] === true,
    storeFailures: params['store_failures'] === true,
    ...eventTimes(params),
    environment,
  };
}

/** The project, understood; its warnings go to the log. Throws INVALID for one with faults. */
export async function manifestOf({ folder, log, local }: Asked, invocation: Invocation): Promise<Manifest> {
  const { manifest, faults } = parseProject(await readProject(folder), invocation, new Templates());
  const strict = local['strict'] === true;
  if (manifest !== undefined && !(strict && manifest.warnings.length > 0)) {
    for (const warning of manifest.warnings) log.warn(formatFault(warning));
    return manifest;
  }
  const wrong = manifest === undefined ? faults : manifest.warnings;
  throw new ArcosError(
    'INVALID',
    ['Compilation Error', ...wrong.map((fault) => formatFault(strict ? { ...fault, severity: 'error' } : fault))].join(
      '\n',
    ),
  );
}
