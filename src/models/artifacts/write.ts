import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NodeResult } from '../run.ts';
import { targetPath } from './nodejson.ts';

/** Appears whole or stays as it was. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.new`;
  const file = await open(aside, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}

export function writeArtifact(folder: string, name: string, artifact: unknown): Promise<void> {
  return writeWhole(join(folder, name), JSON.stringify(artifact));
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
