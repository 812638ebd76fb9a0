import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { openArchive, unpack } from './archive.ts';
import { formatOf, READABLE, type SourceFile } from './source.ts';

export interface Collected {
  /** By name. */
  readonly files: readonly SourceFile[];
  /** Removes what was unpacked. */
  dispose(): Promise<void>;
}

/** Parts of a shapefile, and files that programs leave behind and nobody means to upload. */
const BESIDE = /\.(dbf|shx|prj|cpg|sbn|sbx|qix|qpj|shp\.xml)$/i;
const LITTER = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX\/.*|~\$[^/]*|\.~lock[^/]*)$/;

/**
 * The files with rows at a path: one file, all of a folder, or all of a ZIP archive. Throws INVALID when there is
 * one that Arcos does not read: nothing is passed over in silence. `within` is folders above those of the files.
 */
export async function collect(path: string, within = ''): Promise<Collected> {
  const about = await stat(path).catch((cause: unknown) => {
    throw new ArcosError('NOT_FOUND', `There is no ${path}`, { cause });
  });
  const unpacked: string[] = [];
  const dispose = async () => {
    for (const folder of unpacked) await rm(folder, { recursive: true, force: true });
  };
  try {
    const names = about.isDirectory() ? await namesBelow(path) : [''];
    const files: SourceFile[] = [];
    const unknown: string[] = [];
    const add = (full: string, name: string) => {
      const format = formatOf(name);
      if (format !== undefined)
        files.push({ path: full, name, ...format, partition: partitionOf(`${within}/${name}`) });
      else if (!LITTER.test(name) && !BESIDE.test(name)) unknown.push(name);
    };
    for (const each of names) {
      const full = join(path, each);
      const name = each === '' ? basename(path) : each;
      if (!/\.zip$/i.test(name)) {
        add(full, name);
        continue;
      }
      const folder = await mkdtemp(join(tmpdir(), 'arcos-unzip-'));
      unpacked.push(folder);
      const archive = await openArchive(full, name);
      try {
        for (const inside of await unpack(archive, folder)) add(join(folder, inside), `${name}/${inside}`);
      } finally {
        archive.close();
      }
    }
    if (unknown.length > 0) {
      const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : '';
      throw new ArcosError('INVALID', `Files of an unknown kind: ${unknown.slice(0, 5).join(', ')}${more}`, {
        hint: `Take them out. What can be read: ${READABLE}.`,
      });
    }
    if (files.length === 0) {
      throw new ArcosError('INVALID', `There are no files to upload in ${path}`, {
        hint: `What can be read: ${READABLE}.`,
      });
    }
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    checkPartitions(files);
    return { files, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'));
}

function partitionOf(name: string): Record<string, string> {
  const pairs = name
    .split('/')
    .slice(0, -1)
    .flatMap((folder) => {
      const at = folder.indexOf('=');
      return at > 0 ? [[folder.slice(0, at), folder.slice(at + 1)] as const] : [];
    });
  return Object.fromEntries(pairs);
}

/** Throws INVALID for files in different kinds of folders, and for one partition under two names. */
function checkPartitions(files: readonly SourceFile[]): void {
  const [first] = files;
  const keys = Object.keys(first?.partition ?? {}).join('/');
  const texts = new Map<string, string>();
  for (const { name, partition } of files) {
    const own = Object.keys(partition).join('/');
    if (own !== keys) {
      throw new ArcosError(
        'INVALID',
        `${name} is in folders of ${own || 'no partition'}, ${first?.name} of ${keys || 'none'}`,
        {
          hint: 'All files of a table need the same key=value folders in the same order.',
        },
      );
    }
    for (const [key, value] of Object.entries(partition)) {
      const number = /^\d+$/.test(value) ? String(Number(value)) : value;
      const before = texts.get(`${key}=${number}`);
      if (before !== undefined && before !== value) {
        throw new ArcosError('INVALID', `The partition ${key}=${before} is there as ${key}=${value} too`, {
          hint: `Call both folders ${key}=${number}.`,
        });
      }
      texts.set(`${key}=${number}`, value);
    }
  }
}
