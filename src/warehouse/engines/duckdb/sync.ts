import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A table by the names of its schema and its own. */
export interface WrittenTable {
  readonly schema: string;
  readonly table: string;
}

/** The tables of the lake that steps name; a text that looks like one is one too many, which does no harm. */
export function tablesIn(steps: readonly string[]): WrittenTable[] {
  return steps.flatMap((step) =>
    [...step.matchAll(/\blake\."((?:[^"]|"")+)"\."((?:[^"]|"")+)"/g)].map(([, schema = '', table = '']) => ({
      schema: schema.replaceAll('""', '"'),
      table: table.replaceAll('""', '"'),
    })),
  );
}

/** Where a transaction wrote: folders of tables that were there before, and names of those that it makes. */
export interface Written {
  /** Below the data folder. */
  readonly folders: readonly string[];
  readonly made: readonly string[];
}

/**
 * Sees that the files which tables got since a moment are on the disk, and their folders too: DuckDB writes Parquet without
 * syncing it, and a commit must not survive a power cut that its files do not. They are known by the time in their
 * names (DuckLake's UUIDv7, RFC 9562). Gives their number.
 */
export async function syncNewFiles(dataDir: string, { folders, made }: Written, since: number): Promise<number> {
  const all = new Set(folders.map((folder) => join(dataDir, folder)));
  if (made.length > 0) {
    for (const schema of await foldersIn(dataDir)) {
      for (const name of await foldersIn(join(dataDir, schema))) {
        // A name that is not plain is an id in its place.
        const own = made.includes(name) || (writtenAt(name) ?? 0) >= since;
        if (own) all.add(join(dataDir, schema, name));
      }
    }
  }
  let synced = 0;
  for (const folder of all) {
    const inside = await syncFolder(folder, since);
    if (inside > 0) for (const above of [join(folder, '..'), dataDir]) await syncPath(above);
    synced += inside;
  }
  return synced;
}

async function syncFolder(folder: string, since: number): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && (writtenAt(entry.name) ?? 0) >= since);
  for (const file of files) await syncPath(join(folder, file.name));
  let synced = files.length;
  for (const entry of entries) if (entry.isDirectory()) synced += await syncFolder(join(folder, entry.name), since);
  if (synced > 0) await syncPath(folder);
  return synced;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Milliseconds since 1970 that a name says; undefined for one that DuckLake did not make. */
export function writtenAt(name: string): number | undefined {
  const [, high, low] = /([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/.exec(name) ?? [];
  return high === undefined ? undefined : Number.parseInt(`${high}${low}`, 16);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(gone);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Files of other transactions stand in the same folders, and go when those are rolled back. */
function gone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
