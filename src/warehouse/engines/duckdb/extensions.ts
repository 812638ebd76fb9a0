import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { DuckDBInstance, version } from '@duckdb/node-api';
import { cacheFolder } from '../../../base/cachefolder.ts';
import { ArcosError } from '../../../base/errors.ts';

/** What the warehouse needs of DuckDB beyond its core. */
export const EXTENSIONS = ['ducklake', 'postgres_scanner', 'spatial'] as const;
/** What it needs besides where the lake's contents are not on this machine. */
export const REMOTE_EXTENSION = 'httpfs';
export type ExtensionName = (typeof EXTENSIONS)[number] | typeof REMOTE_EXTENSION;

export interface ExtensionReport {
  readonly name: ExtensionName;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it came from this time. */
  readonly source: 'cache' | 'duckdb' | 'pip';
}

const run = promisify(execFile);

/** The folder of this DuckDB's extensions: `ARCOS_EXTENSIONS_DIR`, or one in the user's cache. */
export function extensionsFolder(): string {
  const own = process.env['ARCOS_EXTENSIONS_DIR'];
  if (own !== undefined && own !== '') return own;
  return cacheFolder('duckdb', version(), platform());
}

export function extensionPath(folder: string, name: ExtensionName): string {
  return join(folder, `${name}.duckdb_extension`);
}

function platform(): string {
  const system = process.platform === 'darwin' ? 'osx' : process.platform;
  return `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

/**
 * Sees that every extension is in the folder, and fetches those that are not: by DuckDB's own INSTALL,
 * and where its server cannot be reached, by pip from the package index that pip is set up for, pinned by
 * hash. DuckDB checks the signature of each when it loads it. Files appear whole or not at all.
 * Throws UNAVAILABLE with the ways out when neither works.
 */
export async function ensureExtensions(
  report: (extension: ExtensionReport) => void = () => {},
  names: readonly ExtensionName[] = EXTENSIONS,
): Promise<string> {
  const folder = extensionsFolder();
  await mkdir(folder, { recursive: true });
  const missing = names.filter((name) => !existsSync(extensionPath(folder, name)));
  for (const name of names) if (!missing.includes(name)) report(await describe(folder, name, 'cache'));
  if (missing.length === 0) return folder;
  const work = await mkdtemp(join(folder, '.fetch-'));
  try {
    const failures: string[] = [];
    for (const [source, fetch] of [
      ['duckdb', installByDuckdb],
      ['pip', installByPip],
    ] as const) {
      try {
        const found = await fetch(work, missing);
        for (const name of missing) {
          await rename(found(name), extensionPath(folder, name));
          report(await describe(folder, name, source));
        }
        return folder;
      } catch (error) {
        failures.push(`${source}: ${(error as Error).message.split('\n')[0]}`);
      }
    }
    throw new ArcosError(
      'UNAVAILABLE',
      `DuckDB's extensions ${missing.join(', ')} cannot be fetched (${failures.join('; ')})`,
      {
        hint: `Connect to the Internet, or install Python 3 with pip set up for your package index, or put the files NAME.duckdb_extension of DuckDB ${version()} for ${platform()} into a folder and set ARCOS_EXTENSIONS_DIR to it.`,
      },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function describe(
  folder: string,
  name: ExtensionName,
  source: ExtensionReport['source'],
): Promise<ExtensionReport> {
  const path = extensionPath(folder, name);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { name, bytes: statSync(path).size, sha256: hash.digest('hex'), source };
}

type Found = (name: ExtensionName) => string;

async function installByDuckdb(work: string, names: readonly ExtensionName[]): Promise<Found> {
  const instance = await DuckDBInstance.create(':memory:', { extension_directory: work });
  try {
    const connection = await instance.connect();
    for (const name of names) await connection.run(`INSTALL ${name}`);
    return (name) => join(work, version(), platform(), `${name}.duckdb_extension`);
  } finally {
    instance.closeSync();
  }
}

async function installByPip(work: string, names: readonly ExtensionName[]): Promise<Found> {
  const wheels = join(work, 'wheels');
  const requirements = names.includes(REMOTE_EXTENSION) ? ['extensions.txt', 'httpfs.txt'] : ['extensions.txt'];
  const flags = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--disable-pip-version-check', '--quiet'];
  await run('python3', [
    '-m',
    'pip',
    'download',
    ...flags,
    '--dest',
    wheels,
    ...requirements.flatMap((file) => ['--requirement', join(import.meta.dirname, file)]),
  ]);
  for (const wheel of await readdir(wheels)) {
    await run('python3', ['-m', 'zipfile', '--extract', join(wheels, wheel), work]);
  }
  for (const name of names) await copyFile(inWheel(work, name), join(work, `${name}.duckdb_extension`));
  return (name) => join(work, `${name}.duckdb_extension`);
}

function inWheel(work: string, name: ExtensionName): string {
  return join(work, `duckdb_extension_${name}`, 'extensions', version(), `${name}.duckdb_extension`);
}
