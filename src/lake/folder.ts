import { createReadStream, createWriteStream } from 'node:fs';
import { constants, copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../base/ids.ts';
import type { ByteRange } from './port.ts';

/** A folder of immutable files: contents are written aside and appear under their path whole or not at all. */
export interface Folder {
  readonly root: string;
  /** Writes aside and syncs; returns the path of the temporary file. */
  writeAside(content: AsyncIterable<Uint8Array>): Promise<string>;
  /** The same content once more aside: files never change, so a second name for it does where there can be one. */
  linkAside(path: string): Promise<string>;
  dropAside(aside: string): Promise<void>;
  /** Gives a file written aside its path below the root, for good. */
  settle(aside: string, path: string): Promise<void>;
  read(path: string, range?: ByteRange): Readable;
  /** Nothing happens if there is no such file. */
  remove(path: string): Promise<void>;
  absolute(path: string): string;
  /** Removes what killed writes left aside before a moment. */
  removeAbandoned(before: Date): Promise<void>;
  /** The file that collects a resumable upload. */
  uploadFile(id: string): string;
}

/** Files written aside are here: the same file system, so that a rename is enough. */
const ASIDE = '.aside';

export async function openFolder(root: string): Promise<Folder> {
  const aside = join(root, ASIDE);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  return {
    root,
    async writeAside(content) {
      const path = join(aside, newId());
      try {
        await pipeline(content, createWriteStream(path, { flush: true, mode: 0o600 }));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return path;
    },
    async linkAside(path) {
      const from = join(root, path);
      const to = join(aside, newId());
      await link(from, to).catch(async () => {
        await copyFile(from, to, constants.COPYFILE_FICLONE);
        await syncPath(to);
      });
      return to;
    },
    dropAside: (path) => rm(path, { force: true }),
    async settle(from, path) {
      const to = join(root, path);
      const made = await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
      await syncPath(dirname(to));
      if (made !== undefined) await syncPath(dirname(made));
    },
    read: (path, range) => createReadStream(join(root, path), { ...range }),
    remove: (path) => rm(join(root, path), { force: true }),
    absolute: (path) => join(root, path),
    async removeAbandoned(before) {
      for (const name of await readdir(aside)) {
        const file = join(aside, name);
        const found = await stat(file).catch(() => undefined);
        if (found !== undefined && found.mtime < before) await rm(file, { force: true });
      }
    },
    uploadFile: (id) => join(aside, `upload-${id}`),
  };
}

/** A rename survives a power cut only when the folder that holds the name is written too. */
async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
