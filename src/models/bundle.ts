import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';

/** The texts of a project by their paths, with `/`: what is published of it. */
export type ModelsBundle = Readonly<Record<string, string>>;

const ENDINGS = /\.(?:sql|ya?ml|md|csv|jinja)$/;
const ASIDE = new Set(['target', 'logs', 'node_modules', 'venv', '.git', '.venv']);

/** Reads what a project consists of, its installed packages with it. Throws NOT_FOUND where there is no project. */
export async function readBundle(directory: string): Promise<ModelsBundle> {
  const bundle: Record<string, string> = {};
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(directory, below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !ASIDE.has(entry.name)) await walk(path);
      else if (entry.isFile() && ENDINGS.test(entry.name)) bundle[path] = await readFile(join(directory, path), 'utf8');
    }
  };
  await walk('');
  if (bundle['dbt_project.yml'] === undefined) {
    throw new ArcosError('NOT_FOUND', `There is no dbt project in ${directory}`, {
      hint: 'The folder must hold a dbt_project.yml.',
    });
  }
  return bundle;
}

/** What a bundle is called: the same texts are the same version. */
export function versionOf(bundle: ModelsBundle): string {
  return sha256(canonicalJson(bundle)).slice(0, 16);
}

/** Throws INVALID for what is no bundle: a path that leads elsewhere, a file that belongs to no project. */
export function demandBundle(value: unknown): ModelsBundle {
  const wrong = (message: string) => new ArcosError('INVALID', message, { hint: 'Use "arcos models publish".' });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('These are no files of a project');
  for (const [path, text] of Object.entries(value)) {
    const isPlain = path.split('/').every((part) => /^[^\\\0]+$/.test(part) && part !== '.' && part !== '..');
    if (!isPlain || !ENDINGS.test(path)) throw wrong(`"${path}" is no file of a project`);
    if (typeof text !== 'string') throw wrong(`"${path}" is no text`);
  }
  if (!('dbt_project.yml' in value)) throw wrong('There is no dbt_project.yml');
  return value as ModelsBundle;
}

/** Puts the files into a folder of their own, which is there whole or not at all. */
export async function unpackBundle(bundle: ModelsBundle, folder: string): Promise<void> {
  const aside = `${folder}.${process.pid}.new`;
  await rm(aside, { recursive: true, force: true });
  for (const [path, text] of Object.entries(bundle)) {
    await mkdir(dirname(join(aside, path)), { recursive: true });
    await writeFile(join(aside, path), text);
  }
  await rename(aside, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(aside, { recursive: true, force: true });
    // Another has put the same version there.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
