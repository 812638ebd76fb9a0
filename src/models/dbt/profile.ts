import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { nearest } from '../../base/nearest.ts';
import { baseScope, varFunction } from '../context/base.ts';
import { renderYaml } from '../context/yaml.ts';
import type { Invocation, Target } from '../invocation.ts';
import { mapOf, readYaml, textOf, type YamlMap } from '../yaml.ts';

export interface ProfileOptions {
  /** Of the project. */
  readonly directory: string;
  /** `--profiles-dir`, `--profile`, `--target`. */
  readonly profilesDir: string | undefined;
  readonly profile: string | undefined;
  readonly target: string | undefined;
  readonly vars: YamlMap;
  readonly environment: Invocation['environment'];
}

/** Kinds of outputs that name a project and a dataset of BigQuery: all of them are the Arcos warehouse here. */
const TYPES = ['bigquery', 'arcos'];

/**
 * The target that profiles.yml gives a project; undefined where there is no such file. Key files, methods and locations
 * in it say how to reach BigQuery and are not read. Throws CONFIG for a profile, target or type that is not there.
 */
export async function targetOf(options: ProfileOptions): Promise<Target | undefined> {
  const { directory, environment, vars } = options;
  const project = mapOf(readYaml((await readText(join(directory, 'dbt_project.yml'))) ?? '', 'dbt_project.yml').value);
  const found = await readProfiles(options);
  if (found === undefined) return undefined;
  const yaml = readYaml(found.text, found.file);
  const [fault] = yaml.faults;
  if (fault !== undefined) throw new ArcosError('CONFIG', `${fault.file}:${fault.line}: ${fault.message}`);
  const nowhere: Target = { name: '', project: '', dataset: '', threads: 1 };
  const scope = {
    ...baseScope({ invocation: { ...INVOCATION, target: nowhere, vars, environment }, project: '', log: silentLog }),
    var: varFunction({ cli: vars, layers: [], place: found.file, lenient: false }),
  };
  const rendered = (value: unknown) => renderYaml(value, scope, found.file);
  const profiles = mapOf(yaml.value);
  const name = options.profile ?? textOf(rendered(project['profile'])) ?? textOf(project['name']) ?? '';
  const profile = mapOf(pick(profiles, name, `profile of ${found.file}`));
  const outputs = mapOf(profile['outputs']);
  const targetName = options.target ?? textOf(rendered(profile['target'])) ?? 'default';
  const output = mapOf(rendered(pick(outputs, targetName, `target of the profile "${name}"`)));
  const type = textOf(output['type']) ?? '';
  if (!TYPES.includes(type)) {
    throw new ArcosError('CONFIG', `The target "${targetName}" of ${found.file} is of type "${type}"`, {
      hint: `Arcos takes the place of BigQuery: the type is ${TYPES.join(' or ')}.`,
    });
  }
  const place = textOf(output['project'] ?? output['database']);
  const dataset = textOf(output['dataset'] ?? output['schema']);
  if (place === undefined || dataset === undefined) {
    throw new ArcosError('CONFIG', `The target "${targetName}" of ${found.file} needs a project and a dataset`);
  }
  const threads = Number(output['threads'] ?? 1);
  return { name: targetName, project: place, dataset, threads: Number.isInteger(threads) && threads > 0 ? threads : 1 };
}

const INVOCATION = {
  id: '',
  startedAt: new Date(0),
  command: 'parse',
  fullRefresh: false,
  failFast: false,
  storeFailures: false,
} as const;

function pick(map: YamlMap, name: string, what: string): unknown {
  if (name in map) return map[name];
  const near = nearest(name, Object.keys(map));
  throw new ArcosError('CONFIG', `There is no ${what} called "${name}"`, {
    hint: near === undefined ? `There is ${Object.keys(map).join(', ') || 'none'}.` : `Did you mean "${near}"?`,
  });
}

/** Where dbt looks: the flag, its variable, the project's folder, the home folder. */
async function readProfiles({ profilesDir, environment, directory }: ProfileOptions) {
  const named = profilesDir ?? environment['DBT_PROFILES_DIR'];
  const folders = named === undefined ? [directory, join(homedir(), '.dbt')] : [named];
  for (const folder of folders) {
    const file = join(folder, 'profiles.yml');
    const text = await readText(file);
    if (text !== undefined) return { file, text };
  }
  if (profilesDir === undefined) return undefined;
  throw new ArcosError('CONFIG', `There is no profiles.yml in ${profilesDir}`);
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
