import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder, removed with all that is in it when `opening` is disposed of. */
export async function temporaryFolder(opening: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'arcos-bench-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
