import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder of this machine for contents that are under way. */
export interface Scratch {
  file(name: string): string;
  /** The file that collects a resumable upload. */
  uploadFile(id: string): string;
  /** Removes what killed writes left here before a moment. */
  removeAbandoned(before: Date): Promise<void>;
}

export async function openScratch(root: string): Promise<Scratch> {
  const folder = join(root, '.aside');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(folder, name);
  return {
    file,
    uploadFile: (id) => file(`upload-${id}`),
    async removeAbandoned(before) {
      for (const name of await readdir(folder)) {
        const found = await stat(file(name)).catch(() => undefined);
        if (found !== undefined && found.mtime < before) await rm(file(name), { force: true, recursive: true });
      }
    },
  };
}
