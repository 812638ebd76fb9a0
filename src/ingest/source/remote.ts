import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { type Source, sourceOf } from './source.ts';

/** A file of another machine, here for as long as the loop is at it. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** Where its copy is on this machine. */
  readonly path: string;
}

export interface RemoteOptions {
  readonly host: string;
  readonly port?: number;
  readonly user: string;
  readonly password?: string;
  /** Where the files are; the folders in it are left out. */
  readonly folder: string;
  /** Names that are wanted; all unless told. */
  readonly match?: RegExp;
  /** Only files behind this place. */
  readonly since?: string;
}

/** What a protocol has to do for it. */
export interface RemoteFolder {
  list(): Promise<readonly Omit<RemoteFile, 'path'>[]>;
  download(name: string, path: string): Promise<void>;
  close(): void | Promise<void>;
}

/**
 * Files of a folder, the oldest first, one at a time on this machine's disk. The cursor is the time and name of the
 * last one: several of one second are all seen. A file that is still being written is seen again when it is done.
 */
export function remoteFiles(
  { match = /^/, since, host }: RemoteOptions,
  open: () => Promise<RemoteFolder>,
): Source<RemoteFile> {
  return sourceOf(since, async function* (moved) {
    const remote = await open().catch((cause: unknown) => {
      if (cause instanceof ArcosError) throw cause;
      throw new ArcosError('UNAVAILABLE', `${host} cannot be reached: ${String(cause)}`, { cause });
    });
    const folder = await mkdtemp(join(tmpdir(), 'arcos-remote-'));
    try {
      const listed = (await remote.list()).map((file) => ({ file, place: placeOf(file) }));
      const wanted = listed
        .filter(({ file, place }) => match.test(file.name) && (since === undefined || place > since))
        .sort((a, b) => (a.place < b.place ? -1 : 1));
      for (const { file, place } of wanted) {
        // The name is the other side's choice.
        const path = join(folder, basename(file.name.replaceAll('\\', '/')));
        await remote.download(file.name, path);
        try {
          yield { ...file, path };
        } finally {
          await rm(path, { force: true });
        }
        moved(place);
      }
    } finally {
      await remote.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

const placeOf = ({ modifiedAt, name }: Omit<RemoteFile, 'path'>) => `${modifiedAt.toISOString()} ${name}`;
