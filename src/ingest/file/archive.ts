import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type Entry, type Options, open, type ZipFile } from 'yauzl';
import { ArcosError } from '../../base/errors.ts';

/** A ZIP archive. */
export interface Archive {
  readonly names: readonly string[];
  /** Undefined for a name that is not there. */
  read(name: string): Promise<Readable | undefined>;
  close(): void;
}

const openZip = promisify<string, Options, ZipFile>(open);

/** Throws INVALID for what is no archive, or one with names that leave their folder. */
export async function openArchive(path: string, shown: string): Promise<Archive> {
  const fail = (cause: unknown): never => {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ArcosError('INVALID', `${shown} cannot be unpacked: ${message}`, { cause });
  };
  const zip = await openZip(path, { lazyEntries: true, autoClose: false }).catch(fail);
  const entries = new Map<string, Entry>();
  await new Promise<void>((done, failed) => {
    zip.on('entry', (entry: Entry) => {
      if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.on('end', done);
    zip.on('error', failed);
    zip.readEntry();
  }).catch((error: unknown) => {
    zip.close();
    fail(error);
  });
  return {
    names: [...entries.keys()],
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      return promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry).catch(fail);
    },
    close: () => zip.close(),
  };
}

/** Writes all files of an archive into a folder; gives their names. */
export async function unpack(archive: Archive, folder: string): Promise<readonly string[]> {
  for (const name of archive.names) {
    const content = await archive.read(name);
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (content !== undefined) await pipeline(content, createWriteStream(path));
  }
  return archive.names;
}
