import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Staged } from '../driver.ts';

/** A file's content taken in as `stage` does; the file goes with it. */
export async function fromFile(
  file: string,
  stage: (content: AsyncIterable<Uint8Array>) => Promise<Staged>,
): Promise<Staged> {
  const staged = await stage(createReadStream(file));
  const gone = () => rm(file, { force: true });
  return { settle: () => staged.settle().then(gone), drop: () => staged.drop().then(gone) };
}
