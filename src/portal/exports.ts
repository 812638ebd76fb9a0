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

export const FORMATS: readonly ExportFormat[] = ['csv', 'parquet', 'geojson'];

/** A file for download. */
export interface ExportFile {
  readonly path: string;
  readonly format: ExportFormat;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** Files for download, made once for each state of a table and kept until it changes. */
export interface Exports {
  /** The file; made now unless it is there. */
  file(publication: Publication, table: string, format: ExportFormat): Promise<ExportFile>;
  /** The files that are there already, of the table as it is now. */
  ready(info: TableInfo): Promise<ExportFile[]>;
  /** Begins to make the files of tables that were just published. What fails is told to who asks for the file. */
  prepare(publication: Publication, tables: readonly TableInfo[]): void;
  /** Waits for the files that are being made. */
  settle(): Promise<void>;
}

export function createExports(dir: string, warehouse: Warehouse, publications: Publications): Exports {
  const making = new Map<string, Promise<ExportFile>>();

  async function make(publication: Publication, path: TablePath, format: ExportFormat, file: string) {
    await mkdir(dir, { recursive: true });
    await warehouse.exportTable(await publications.reader(publication), path, format, file);
    await removeOlder(path, format, file);
    return described(file, format);
  }

  async function removeOlder(path: TablePath, format: ExportFormat, file: string): Promise<void> {
    const prefix = prefixOf(path);
    const own = new RegExp(`\\.${format}(${SUM.replace('.', '\\.')})?$`);
    for (const name of await readdir(dir)) {
      const other = join(dir, name);
      if (name.startsWith(prefix) && own.test(name) && !other.startsWith(file)) await rm(other, { force: true });
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
      const made = making.get(file) ?? make(publication, path, format, file).finally(() => making.delete(file));
      making.set(file, made);
      return made;
    },

    async ready({ path, kind }) {
      if (kind !== 'native') return [];
      const { version } = await nativeOf(path);
      const files = FORMATS.map((format) => ({ format, file: fileOf(path, String(version), format) }));
      const there = files.filter(({ file }) => existsSync(file) && !making.has(file));
      return Promise.all(there.map(({ file, format }) => described(file, format)));
    },

    prepare(publication, tables) {
      for (const info of tables.filter(({ kind }) => kind === 'native')) {
        for (const format of formatsOf(info)) {
          exports.file(publication, info.path.table, format).catch(() => undefined);
        }
      }
    },

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
