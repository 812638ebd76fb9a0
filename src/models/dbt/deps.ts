import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ArcosError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Invocation } from '../invocation.ts';
import { isMap, listOf, mapOf, readYaml, textOf, type YamlMap } from '../yaml.ts';

const run = promisify(execFile);

export interface DepsOptions {
  /** Of the project. */
  readonly directory: string;
  readonly environment: Invocation['environment'];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Installs the packages of packages.yml and dependencies.yml, and what they need in turn, into dbt_packages/: each is
 * fetched aside and put in place whole. Throws INVALID for an entry that is none, UNAVAILABLE for one out of reach.
 */
export async function installPackages(options: DepsOptions): Promise<readonly string[]> {
  const folder = join(options.directory, 'dbt_packages');
  const installed = new Map<string, string>();
  const queue = await packagesOf(options.directory);
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
    const key = JSON.stringify(entry);
    if (installed.has(key)) continue;
    const local = textOf(entry['local']);
    if (local !== undefined) {
      options.log.info(`Installing ${local}`);
      options.log.info('Installed from <local>');
      installed.set(key, local);
      continue;
    }
    await mkdir(folder, { recursive: true });
    const aside = await mkdtemp(join(folder, '.new-'));
    try {
      const found = await fetchPackage(entry, join(aside, 'package'), options);
      const name = await projectName(found);
      await rm(join(folder, name), { recursive: true, force: true });
      await rename(found, join(folder, name));
      installed.set(key, name);
      queue.push(...(await packagesOf(join(folder, name))));
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
  return [...installed.values()];
}

async function packagesOf(directory: string): Promise<YamlMap[]> {
  const files = await Promise.all(
    ['packages.yml', 'dependencies.yml'].map(async (name) => ({
      name,
      text: await readFile(join(directory, name), 'utf8').catch(() => ''),
    })),
  );
  return files.flatMap(({ name, text }) => listOf(mapOf(readYaml(text, name).value)['packages'])).filter(isMap);
}

/** Fetches a package below `target` and answers its folder. */
async function fetchPackage(entry: YamlMap, target: string, options: DepsOptions): Promise<string> {
  const { git, tarball, package: hub, revision, subdirectory } = entry;
  await mkdir(target, { recursive: true });
  if (typeof git === 'string') {
    const wanted = textOf(revision) ?? 'HEAD';
    options.log.info(`Installing ${git}`);
    await tool('git', ['init', '--quiet', target], options);
    await tool('git', ['-C', target, 'fetch', '--quiet', '--depth', '1', '--', git, wanted], options);
    await tool('git', ['-C', target, 'checkout', '--quiet', 'FETCH_HEAD'], options);
    await rm(join(target, '.git'), { recursive: true, force: true });
    options.log.info(`Installed from revision ${wanted}`);
    return join(target, textOf(subdirectory) ?? '.');
  }
  if (typeof tarball === 'string') return unpack(tarball, target, options);
  if (typeof hub === 'string') return unpack(await hubAddress(hub, entry['version'], options), target, options);
  throw new ArcosError('INVALID', `This is no package: ${JSON.stringify(entry)}`, {
    hint: 'Write "- git: ...", "- tarball: ...", "- local: ..." or "- package: owner/name".',
  });
}

async function unpack(address: string, target: string, options: DepsOptions): Promise<string> {
  options.log.info(`Installing ${address}`);
  const response = await fetch(address, { signal: options.signal }).catch((cause: unknown) => {
    throw new ArcosError('UNAVAILABLE', `${address} cannot be reached`, { cause });
  });
  if (!response.ok) throw new ArcosError('UNAVAILABLE', `${address} answers ${response.status}`);
  const file = join(target, 'package.tar.gz');
  await writeFile(file, new Uint8Array(await response.arrayBuffer()));
  await tool('tar', ['-xzf', file, '-C', target], options);
  await rm(file);
  const [only] = await readdir(target);
  options.log.info('Installed from tarball');
  return join(target, only ?? '.');
}

/** The newest version that is asked for, from the hub that DBT_PACKAGE_HUB_URL names. */
async function hubAddress(name: string, version: unknown, { environment, signal }: DepsOptions): Promise<string> {
  const hub = environment['DBT_PACKAGE_HUB_URL'];
  if (hub === undefined) {
    throw new ArcosError('UNSUPPORTED', `The package "${name}" comes from a hub, and none is set`, {
      hint: 'Name its repository with "- git: ..." and "revision: ...", or set DBT_PACKAGE_HUB_URL.',
    });
  }
  const address = `${hub.replace(/\/$/, '')}/api/v1/${name}.json`;
  const response = await fetch(address, { signal }).catch((cause: unknown) => {
    throw new ArcosError('UNAVAILABLE', `${address} cannot be reached`, { cause });
  });
  if (!response.ok) throw new ArcosError('UNAVAILABLE', `${address} answers ${response.status}`);
  const versions = mapOf(mapOf(await response.json())['versions']);
  const newest = Object.keys(versions)
    .filter((candidate) => !/[a-z]/.test(candidate) && listOf(version).every((rule) => allows(String(rule), candidate)))
    .sort(compareVersions)
    .at(-1);
  const found = textOf(mapOf(mapOf(newest === undefined ? undefined : versions[newest])['downloads'])['tarball']);
  if (found === undefined) {
    throw new ArcosError('NOT_FOUND', `No version of "${name}" is ${listOf(version).map(String).join(' and ')}`);
  }
  return found;
}

/** `>=1.0.0`, `<2.0.0`, `1.3.0`; several in one text with commas between. */
function allows(rule: string, version: string): boolean {
  return rule.split(',').every((part) => {
    const [, operator = '=', wanted = ''] = /^\s*(>=|<=|>|<|==?|)\s*([\d.]+)\s*$/.exec(part) ?? [];
    const order = compareVersions(version, wanted);
    if (operator === '>=') return order >= 0;
    if (operator === '<=') return order <= 0;
    if (operator === '>') return order > 0;
    return operator === '<' ? order < 0 : order === 0;
  });
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const order = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

async function projectName(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'dbt_project.yml'), 'utf8').catch(() => '');
  const name = textOf(mapOf(readYaml(text, 'dbt_project.yml').value)['name']);
  // It becomes a folder's name.
  if (name !== undefined && /^\w+$/.test(name)) return name;
  throw new ArcosError(
    'INVALID',
    `What was fetched is no dbt package: ${basename(folder)} has no named dbt_project.yml`,
  );
}

async function tool(program: string, args: readonly string[], { signal }: DepsOptions): Promise<void> {
  await run(program, args, { signal }).catch((error: { stderr?: string }) => {
    throw new ArcosError('UNAVAILABLE', `${program} failed: ${error.stderr?.trim() ?? String(error)}`, {
      cause: error,
    });
  });
}
