import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcosError } from '../base/errors.ts';
import type { TablePath } from '../sql/catalog.ts';
import type { ExportFormat, Warehouse } from '../warehouse/warehouse.ts';
import type { Publication, Publications } from './publication.ts';

export const FORMATS: readonly ExportFormat[] = ['csv', 'parquet', 'geojson'];

/** Files for download, made once for each state of a table and kept until it changes. */
export interface Exports {
  /** Path of the file; made now unless it is there. */
  file(publication: Publication, table: string, format: ExportFormat): Promise<string>;
}

export function createExports(dir: string, warehouse: Warehouse, publications: Publications): Exports {
  const making = new Map<string, Promise<string>>();

  async function make(publication: Publication, path: TablePath, format: ExportFormat, file: string): Promise<string> {
    await mkdir(dir, { recursive: true });
    await warehouse.exportTable(await publications.reader(publication), path, format, file);
    await removeOlder(path, format, file);
    return file;
  }

  async function removeOlder(path: TablePath, format: ExportFormat, file: string): Promise<void> {
    const prefix = prefixOf(path);
    for (const name of await readdir(dir)) {
      const other = join(dir, name);
      if (name.startsWith(prefix) && name.endsWith(`.${format}`) && other !== file) await rm(other, { force: true });
    }
  }

  return {
    async file(publication, table, format) {
      const path: TablePath = { project: publication.project, dataset: publication.dataset, table };
      const native = await warehouse.catalog.native(path);
      if (native === undefined) throw new ArcosError('NOT_FOUND', `There is no table ${table} to download`);
      const file = join(dir, `${prefixOf(path)}${native.version}.${format}`);
      if (existsSync(file)) return file;
      // Many who ask at once wait for one file.
      const made = making.get(file) ?? make(publication, path, format, file).finally(() => making.delete(file));
      making.set(file, made);
      return made;
    },
  };
}

function prefixOf({ project, dataset, table }: TablePath): string {
  return `${project}.${dataset}.${table}@`;
}
