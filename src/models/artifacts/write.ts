import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NodeResult } from '../run.ts';
import { targetPath } from './nodejson.ts';

/**
 * Appears whole or stays as it was when the process is killed. It is not synced: an artifact is made again by the next
 * command, and on a busy disk a sync takes longer than reading a thousand models.
 */
export async function writeArtifact(folder: string, name: string, artifact: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  const aside = join(folder, `${name}.${process.pid}.new`);
  await writeFile(aside, JSON.stringify(artifact));
  await rename(aside, join(folder, name));
}

/** Each node's query as compiled, and the statements that were sent for it, below the target folder. */
export async function writeQueries(folder: string, results: readonly NodeResult[]): Promise<void> {
  const put = async (path: string, text: string) => {
    const file = join(folder, path.replace(/^target\//, ''));
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'w');
    await handle.writeFile(`${text}\n`).finally(() => handle.close());
  };
  for (const { node, compiledSql, statements } of results) {
    if (compiledSql !== undefined && node.resourceType !== 'seed') await put(targetPath(node, 'compiled'), compiledSql);
    if (statements.length > 0) await put(targetPath(node, 'run'), statements.join(';\n\n'));
  }
}
