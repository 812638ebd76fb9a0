import { createReadStream } from 'node:fs';
import { constants, copyFile, type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../../base/ids.ts';
import type { Driver, Staged } from '../driver.ts';
import { blobPath } from '../name.ts';
import type { Scratch } from '../scratch.ts';
import { BLOCK, createBuffers, ringStream } from './buffers.ts';

/**
 * Contents as files below `root`, in folders named as their objects are, so that people find their Hive layout.
 * Those larger than a block are written into the scratch folder, which is on the same file system, and renamed.
 */
export function folderDriver(root: string, scratch: Scratch): Driver {
  const absolute = (key: string) => join(root, key);
  const buffers = createBuffers();

  /** Puts a new file where it belongs, by `make`, and sees that its name survives a power cut. */
  async function place(key: string, make: (path: string) => Promise<void>): Promise<void> {
    const path = absolute(key);
    const folder = dirname(path);
    let made: string | undefined;
    try {
      await make(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      made = await mkdir(folder, { recursive: true });
      await make(path);
    }
    await syncPath(folder);
    if (made !== undefined) await syncPath(dirname(made));
  }

  const aside = (key: string, file: string): Staged => ({
    settle: () => place(key, (path) => rename(file, path)),
    drop: () => rm(file, { force: true }),
  });

  /** Nobody looks for the key before it is an object's, so what is small goes there at once. */
  const held = (key: string, chunks: readonly Uint8Array[]): Staged => ({
    settle: () =>
      place(key, async (path) => {
        await using file = await open(path, 'w', 0o600);
        await file.writev(chunks);
        await file.datasync();
      }),
    drop: async () => {},
  });

  return {
    keyOf: (bucket, name, id) => `${bucket}/${blobPath(name, id)}`,

    async stage(key, content) {
      const path = scratch.file(newId());
      let file: FileHandle | undefined;
      let chunks: Uint8Array[] = [];
      let size = 0;
      let writing: Promise<unknown> = Promise.resolve();
      // One block is written while the next one comes.
      const flush = async (to: FileHandle) => {
        await writing;
        writing = to.writev(chunks);
        writing.catch(() => undefined);
        [chunks, size] = [[], 0];
      };
      try {
        for await (const chunk of content) {
          chunks.push(chunk);
          size += chunk.length;
          if (size < BLOCK) continue;
          file ??= await open(path, 'w', 0o600);
          await flush(file);
        }
        if (file === undefined) return held(key, chunks);
        await flush(file);
        await writing;
        await file.datasync();
        await file.close();
      } catch (error) {
        await writing.catch(() => undefined);
        await file?.close().catch(() => undefined);
        await rm(path, { force: true });
        throw error;
      }
      return aside(key, path);
    },

    stageFile: async (key, file) => aside(key, file),

    // Files never change, so a second name for one does where there can be one.
    copy: (from, to) =>
      place(to, (path) =>
        link(absolute(from), path).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') throw error;
          await copyFile(absolute(from), path, constants.COPYFILE_FICLONE);
          await syncPath(path);
        }),
      ),

    async send(key, range) {
      const size = range.end - range.start + 1;
      if (size > BLOCK) return { stream: ringStream(absolute(key), range) };
      const whole = await buffers.borrow(size, async (bytes) => {
        await using file = await open(absolute(key));
        return (await file.read(bytes, 0, size, range.start)).bytesRead;
      });
      return { whole };
    },

    read: (key, range) => createReadStream(absolute(key), { highWaterMark: BLOCK, ...range }),
    remove: (key) => rm(absolute(key), { force: true }),
    uri: absolute,
    // The scratch folder has all of it.
    removeAbandoned: async () => {},
  };
}

/** A new name survives a power cut only when the folder that holds it is written too. */
async function syncPath(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}
