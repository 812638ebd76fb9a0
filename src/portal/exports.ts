import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { TablePath } from '../sql/catalog.ts';
import type { TableInfo } from '../warehouse/port.ts';
import type { ExportFormat, Warehouse } from '../warehouse/warehouse.ts';
import type { Publication, Publications } from './publication.ts';

export const FORMATS: readonly ExportFormat[] = ['csv', 'parquet', 'xlsx', 'geojson'];
/** States of a table whose files are kept, the present one among them. */
export const KEPT_VERSIONS = 5;
/** What is kept of earlier states. */
const KEPT_FORMATS: readonly ExportFormat[] = ['csv', 'parquet'];

/** A file for download. */
export interface ExportFile {
  readonly path: string;
  readonly format: ExportFormat;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A state that a table had. */
export interface Version {
  readonly id: string;
  /** When its first file was made. */
  readonly at: Date;
  readonly files: readonly ExportFile[];
}

/** Files for download, made once for each state of a table; those of its last states are kept. */
export interface Exports {
  /** The file; made now unless it is there. */
  file(publication: Publication, table: string, format: ExportFormat): Promise<ExportFile>;
  /** The files that are there already, of the table as it is now. */
  ready(info: TableInfo): Promise<ExportFile[]>;
  /** The states whose files are there, the newest first. */
  versions(path: TablePath): Promise<Version[]>;
  /** Removes all files of a dataset: what was withdrawn is not to be had in earlier states either. */
  forget(dataset: { readonly project: string; readonly dataset: string }): Promise<void>;
  /** Begins to make the files of tables that were just published. What fails is told to who asks for the file. */
  prepare(publication: Publication, tables: readonly TableInfo[]): void;
  /** How many files were made since the start: what pages tell of files changes with it. */
  made(): number;
  /** Waits for the files that are being made. */
  settle(): Promise<void>;
}

export function createExports(dir: string, warehouse: Warehouse, publications: Publications): Exports {
  const making = new Map<string, Promise<ExportFile>>();
  let made = 0;

  async function make(publication: Publication, path: TablePath, format: ExportFormat, file: string) {
    await mkdir(dir, { recursive: true });
    await warehouse.exportTable(await publications.reader(publication), path, format, file);
    await removeOlder(path);
    return described(file, format);
  }

  /** What is there of a table: the names of its files, by state, the newest first. */
  async function states(path: TablePath): Promise<{ id: string; at: Date; names: string[] }[]> {
    const prefix = prefixOf(path);
    const found = new Map<string, { id: string; at: Date; names: string[] }>();
    for (const name of await readdir(dir).catch(() => [])) {
      const [, id, format] = name.startsWith(prefix) ? (STATE_FILE.exec(name.slice(prefix.length)) ?? []) : [];
      if (id === undefined || format === undefined) continue;
      const { mtime } = await stat(join(dir, name));
      const state = found.get(id) ?? { id, at: mtime, names: [] };
      found.set(id, { id, at: new Date(Math.min(mtime.getTime(), state.at.getTime())), names: [...state.names, name] });
    }
    return [...found.values()].sort((a, b) => b.at.getTime() - a.at.getTime());
  }

  async function removeOlder(path: TablePath): Promise<void> {
    const [, ...earlier] = await states(path);
    for (const [index, { names }] of earlier.entries()) {
      const kept = index < KEPT_VERSIONS - 1 ? KEPT_FORMATS : [];
      for (const name of names) {
        if (kept.some((format) => name.endsWith(`.${format}`))) continue;
        for (const each of [name, `${name}${SUM}`]) await rm(join(dir, each), { force: true });
      }
    }
  }

  async function nativeOf(path: TablePath) {
    const native = await warehouse.catalog.native(path);
    if (native === undefined) throw new ArcosError('NOT_FOUND', `There is no table ${path.table} to download`);
    return native;
  }

  const fileOf = (path: TablePath, version: string, format: ExportFormat) =>
    join(dir, `${prefixOf(path)}${version}.${format}`);

  const exports: Exports = {
    async file(publication, table, format) {
      const path: TablePath = { project: publication.project, dataset: publication.dataset, table };
      const file = fileOf(path, String((await nativeOf(path)).version), format);
      if (existsSync(file)) return described(file, format);
      // Many who ask at once wait for one file.
      const known = making.get(file);
      if (known !== undefined) return known;
      const begun = make(publication, path, format, file).finally(() => {
        making.delete(file);
        made += 1;
      });
      making.set(file, begun);
      return begun;
    },

    async ready({ path, kind }) {
      if (kind !== 'native') return [];
      const { version } = await nativeOf(path);
      const files = FORMATS.map((format) => ({ format, file: fileOf(path, String(version), format) }));
      const there = files.filter(({ file }) => existsSync(file) && !making.has(file));
      return Promise.all(there.map(({ file, format }) => described(file, format)));
    },

    async versions(path) {
      const all = await states(path);
      return Promise.all(
        all.map(async ({ id, at, names }) => {
          const formats = FORMATS.filter((format) => names.some((name) => name.endsWith(`.${format}`)));
          const files = formats.map((format) => described(fileOf(path, id, format), format));
          return { id, at, files: await Promise.all(files) };
        }),
      );
    },

    async forget({ project, dataset }) {
      for (const name of await readdir(dir).catch(() => []))
        if (name.startsWith(`${project}.${dataset}.`)) await rm(join(dir, name), { force: true });
    },

    prepare(publication, tables) {
      for (const info of tables.filter(({ kind }) => kind === 'native')) {
        for (const format of formatsOf(info)) {
          exports.file(publication, info.path.table, format).catch(() => undefined);
        }
      }
    },

    made: () => made,

    async settle() {
      while (making.size > 0) await Promise.allSettled(making.values());
    },
  };
  return exports;
}

/** What a table can be downloaded as: shapes need a column of them. */
export function formatsOf({ columns, kind }: TableInfo): ExportFormat[] {
  if (kind !== 'native') return [];
  const mapped = columns.some(({ type }) => type.kind === 'GEOGRAPHY');
  return FORMATS.filter((format) => format !== 'geojson' || mapped);
}

const SUM = '.sha256';
const STATE_FILE = /^([\w-]+)\.(csv|parquet|xlsx|geojson)$/;

/** A file with its checksum, which is computed once and kept beside it. */
async function described(path: string, format: ExportFormat): Promise<ExportFile> {
  const { size: bytes } = await stat(path);
  const kept = `${path}${SUM}`;
  if (existsSync(kept)) return { path, format, bytes, sha256: await readFile(kept, 'utf8') };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const sha256 = hash.digest('hex');
  const aside = `${kept}.${newId()}`;
  await writeFile(aside, sha256);
  await rename(aside, kept);
  return { path, format, bytes, sha256 };
}

function prefixOf({ project, dataset, table }: TablePath): string {
  return `${project}.${dataset}.${table}@`;
}
